import { Box, renderToString, Text } from "ink";
import { render } from "ink-testing-library";
import { expect, test } from "vitest";
import { keysOf } from "../../../src/cli/screens/key-table.ts";
import { PlaybackScreen } from "../../../src/cli/screens/playback-screen.tsx";
import { beginRecordingView } from "../../../src/cli/screens/recording-reducer.ts";
import { RecordingScreen } from "../../../src/cli/screens/recording-screen.tsx";
import { ReviewScreen } from "../../../src/cli/screens/review-screen.tsx";
import { seconds, ZERO } from "../../../src/time/nanos.ts";
import { aView, frame, overview, playbackAt, read } from "./playback-samples.ts";
import { reviewOf } from "./review-samples.ts";

const state = {
  type: "output" as const,
  at: seconds(1),
  machine: "modbus-session",
  channel: 0,
  value: { type: "state", state: "waiting" },
};
const recent = [
  { type: "fed" as const, line: 3, record: read("rx", "$GPTXT,hello\r\n") },
  { type: "said" as const, line: 3, record: frame(0, 14, { sentence: "$GPTXT,hello" }) },
];
const playback = playbackAt(seconds(5), { recent, fed: 1, states: [state] });

for (const size of [
  { columns: 40, rows: 12 },
  { columns: 80, rows: 24 },
  { columns: 160, rows: 50 },
]) {
  test(`both screens fill a terminal of ${size.columns} × ${size.rows}, but for its last line, and no more`, () => {
    const screens = [
      <PlaybackScreen key="p" state={aView({ size, playback, overview })} colors={false} />,
      <PlaybackScreen key="h" state={aView({ size, playback, overview, help: true })} colors={false} />,
      <RecordingScreen key="r" state={beginRecordingView(size, 1, ZERO)} colors={false} />,
    ];
    for (const screen of screens) {
      const lines = renderToString(screen, { columns: size.columns }).split("\n");
      expect(lines).toHaveLength(size.rows - 1);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(size.columns);
    }
  });
}

test("hex, frames and state stand side by side", () => {
  const text = renderToString(<PlaybackScreen state={aView({ playback, overview })} colors={false} />, { columns: 80 });
  expect(text).toMatch(/hex channel 0 rx, recent +frames +state/);
  expect(text).toMatch(/24 47 50 54 58 54 2c 68 .*1\.000 rx \$GPTXT,hello/);
  expect(text).toContain("0 modbus-session");
});

test("without colours nothing is coloured", () => {
  const coloured = render(
    <Box>
      <PlaybackScreen state={aView({ playback, overview })} colors={false} />
      <Text> </Text>
    </Box>,
  );
  expect(coloured.lastFrame()).not.toMatch(/\u001b\[[0-9;]*3[0-7]m/);
  coloured.unmount();
});

test("keys have one name each, and what is typed fast comes one by one", () => {
  const none = {
    upArrow: false,
    downArrow: false,
    leftArrow: false,
    rightArrow: false,
    pageUp: false,
    pageDown: false,
    home: false,
    end: false,
    return: false,
    escape: false,
    backspace: false,
    delete: false,
    ctrl: false,
    meta: false,
  };
  expect(keysOf("", { ...none, leftArrow: true })).toEqual(["left"]);
  expect(keysOf("c", { ...none, ctrl: true })).toEqual(["ctrl-c"]);
  expect(keysOf("a b\r", none)).toEqual(["a", "space", "b", "enter"]);
});

for (const size of [
  { columns: 40, rows: 12 },
  { columns: 120, rows: 40 },
]) {
  test(`the review fills a terminal of ${size.columns} × ${size.rows} at every depth`, () => {
    for (const level of ["causes", "cases", "records"] as const) {
      const screen = <ReviewScreen state={{ ...reviewOf(60, 80), size, level }} colors={false} />;
      const lines = renderToString(screen, { columns: size.columns }).split("\n");
      expect(lines).toHaveLength(size.rows - 1);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(size.columns);
    }
  });
}
