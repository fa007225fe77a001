import { Box } from "ink";
import type { ReactNode } from "react";
import { framesPane } from "./frames-pane.ts";
import { hexPane } from "./hex-pane.ts";
import { keyTable } from "./key-table.ts";
import { paneWidths } from "./pane-widths.ts";
import { PLAYBACK_KEYS } from "./playback-keys.ts";
import { footLine, headLines } from "./playback-lines.ts";
import type { PlaybackScreenView } from "./playback-view.ts";
import { SpanLines } from "./span-lines.tsx";
import { statePane } from "./state-pane.ts";

interface PlaybackScreenProps {
  readonly state: PlaybackScreenView;
  readonly colors: boolean;
}

/** A tape being played: hex beside frames beside state, under a timeline. */
export function PlaybackScreen({ state, colors }: PlaybackScreenProps): ReactNode {
  const { columns, rows } = state.size;
  const head = headLines(state);
  const height = rows - 1 - head.length - 1;
  return (
    <Box flexDirection="column" width={columns} height={rows - 1}>
      <SpanLines lines={head} width={columns} height={head.length} colors={colors} />
      {state.help ? (
        <SpanLines lines={keyTable(PLAYBACK_KEYS, height)} width={columns} height={height} colors={colors} />
      ) : (
        <Panes state={state} height={height} colors={colors} />
      )}
      <SpanLines lines={[footLine(state)]} width={columns} height={1} colors={colors} />
    </Box>
  );
}

function Panes({ state, height, colors }: PlaybackScreenProps & { readonly height: number }): ReactNode {
  const { recent, states } = state.playback;
  const widths = paneWidths(state.size.columns);
  const hex = hexPane({ recent, offsets: state.offsets, rows: height, width: widths.hex });
  return (
    <Box>
      <SpanLines lines={hex} width={widths.hex} height={height} colors={colors} />
      <SpanLines lines={framesPane(recent, height)} width={widths.frames} height={height} colors={colors} />
      <SpanLines lines={statePane(states, height)} width={widths.state} height={height} colors={colors} />
    </Box>
  );
}
