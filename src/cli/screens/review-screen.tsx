import { Box } from "ink";
import type { ReactNode } from "react";
import { keyTable } from "./key-table.ts";
import { REVIEW_KEYS } from "./review-keys.ts";
import { bodyHeight, footLine, headLines, shownLines } from "./review-lines.ts";
import type { ReviewView } from "./review-view.ts";
import { SpanLines } from "./span-lines.tsx";

interface ReviewScreenProps {
  readonly state: ReviewView;
  readonly colors: boolean;
}

/** What changed in a run, cause by cause: each is looked at and decided once. */
export function ReviewScreen({ state, colors }: ReviewScreenProps): ReactNode {
  const { columns, rows } = state.size;
  const head = headLines(state);
  const height = bodyHeight(state);
  const body = state.help ? keyTable(REVIEW_KEYS, height) : shownLines(state);
  return (
    <Box flexDirection="column" width={columns} height={rows - 1}>
      <SpanLines lines={head} width={columns} height={head.length} colors={colors} />
      <SpanLines lines={body} width={columns} height={height} colors={colors} />
      <SpanLines lines={[footLine(state)]} width={columns} height={1} colors={colors} />
    </Box>
  );
}
