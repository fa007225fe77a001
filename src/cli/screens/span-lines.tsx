import { Box, Text } from "ink";
import type { ReactNode } from "react";
import type { Line, Span, Tone } from "./span.ts";

interface Look {
  readonly color?: string;
  readonly bold?: boolean;
  readonly dimColor?: boolean;
  readonly inverse?: boolean;
}

/** What matters can be told apart without its colour too. */
const LOOKS: Readonly<Record<Tone, Look>> = {
  plain: {},
  quiet: { dimColor: true },
  strong: { bold: true },
  good: { color: "green" },
  bad: { color: "red", bold: true },
  note: { color: "yellow" },
  accent: { color: "cyan" },
  chosen: { inverse: true },
};

export interface SpanLinesProps {
  readonly lines: readonly Line[];
  /** Lines shown; what is left over stays empty. */
  readonly height: number;
  readonly width: number;
  readonly colors: boolean;
}

/** Lines in a box of a fixed size, each cut where the box ends. */
export function SpanLines({ lines, height, width, colors }: SpanLinesProps): ReactNode {
  return (
    <Box flexDirection="column" width={width} height={height} overflow="hidden">
      {lines.slice(0, height).map((spans, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is its place
        <Text key={row} wrap="truncate-end">
          {spans.length === 0 ? " " : spans.map((one, place) => spanText(one, place, colors))}
        </Text>
      ))}
    </Box>
  );
}

function spanText({ text, tone }: Span, place: number, colors: boolean): ReactNode {
  const { color, ...look } = LOOKS[tone];
  return (
    <Text key={place} {...look} {...(colors && color !== undefined ? { color } : {})}>
      {text}
    </Text>
  );
}
