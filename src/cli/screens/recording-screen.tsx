import type { ReactNode } from "react";
import { recordingLines } from "./recording-lines.ts";
import type { RecordingView } from "./recording-view.ts";
import { SpanLines } from "./span-lines.tsx";

/** What a recorder is doing: channels, rates, losses, its last reads. */
export function RecordingScreen({
  state,
  colors,
}: {
  readonly state: RecordingView;
  readonly colors: boolean;
}): ReactNode {
  const { columns, rows } = state.size;
  return <SpanLines lines={recordingLines(state)} width={columns} height={rows - 1} colors={colors} />;
}
