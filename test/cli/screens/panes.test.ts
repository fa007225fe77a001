import { describe, expect, test } from "vitest";
import { hexPane } from "../../../src/cli/screens/hex-pane.ts";
import { type Line, textOf } from "../../../src/cli/screens/span.ts";
import { timelineLine } from "../../../src/cli/screens/timeline.ts";
import { carriedOffsets } from "../../../src/cli/screens/wire-offsets.ts";
import type { PlaybackEvent } from "../../../src/replayer/playback-view.ts";
import { seconds } from "../../../src/time/nanos.ts";
import { aView, frame, overview, playbackAt, read } from "./playback-samples.ts";

const fed = (dir: "rx" | "tx", text: string, line = 1): PlaybackEvent => ({
  type: "fed",
  line,
  record: read(dir, text),
});
const said = (offset: number, length: number): PlaybackEvent => ({
  type: "said",
  line: 1,
  record: frame(offset, length),
});

/** The bytes that a pane shows in a tone, as hex. */
const inTone = (lines: readonly Line[], tone: string): string =>
  lines
    .slice(1)
    .flatMap((spans) => spans.slice(2).filter((one) => one.tone === tone))
    .map(({ text }) => text.trim())
    .join(" ");

describe("the hex pane", () => {
  test("shows the bytes of the last frame where they stood, however they were read", () => {
    const recent = [fed("rx", "ab"), fed("tx", "zz"), fed("rx", "cdef"), said(0, 3), said(3, 2)];
    const pane = hexPane({ recent, offsets: { before: recent[0], bytes: new Map() }, rows: 10, width: 33 });
    expect(pane.map(textOf)[0]).toContain("channel 0 rx");
    expect(inTone(pane, "chosen")).toBe("64 65");
    expect(inTone(pane, "plain")).toContain("61 62 63");
    expect(inTone(pane, "quiet")).toContain("66");
  });

  test("counts its offsets from the tape's beginning", () => {
    const recent = [fed("rx", "abcd"), said(4_098, 2)];
    const offsets = { before: recent[0], bytes: new Map([["0/rx", 4_096]]) };
    const pane = hexPane({ recent, offsets, rows: 10, width: 33 });
    expect(textOf(pane[1]!)).toMatch(/^ +1000 61 62 63 64/);
    expect(inTone(pane, "chosen")).toBe("63 64");
  });

  test("claims no frame where the offsets are not known", () => {
    const pane = hexPane({ recent: [fed("rx", "abcd"), said(4_098, 2)], offsets: undefined, rows: 10, width: 33 });
    expect(textOf(pane[0]!)).toContain("recent");
    expect(inTone(pane, "chosen")).toBe("61 62 63 64");
  });

  test("shows the newest bytes of a long read, and never more rows than there are", () => {
    const recent = [fed("rx", `${"x".repeat(1_000)}end`)];
    const pane = hexPane({ recent, offsets: undefined, rows: 6, width: 76 });
    expect(pane).toHaveLength(6);
    expect(textOf(pane[5]!)).toContain("65 6e 64");
  });
});

describe("the offsets of a wire", () => {
  const events = [fed("rx", "abc", 1), fed("tx", "z", 2), fed("rx", "de", 3)];

  test("are zero while the tape's beginning is still to be seen", () => {
    const view = playbackAt(seconds(1), { recent: events, fed: 3, happened: 3 });
    expect(carriedOffsets(undefined, playbackAt(seconds(0)), view)?.bytes.size).toBe(0);
  });

  test("are carried on over what has scrolled away", () => {
    const before = playbackAt(seconds(1), { recent: events, fed: 3 });
    const after = playbackAt(seconds(2), { recent: [...events.slice(2), fed("rx", "f", 4)], fed: 4 });
    const known = carriedOffsets(undefined, before, before);
    expect(carriedOffsets(known, before, after)).toEqual({
      before: events[2],
      bytes: new Map([
        ["0/rx", 3],
        ["0/tx", 1],
      ]),
    });
  });

  test("are lost when something was missed", () => {
    const before = playbackAt(seconds(1), { recent: events, fed: 3 });
    const after = playbackAt(seconds(2), { recent: [fed("rx", "f", 9)], fed: 9 });
    expect(carriedOffsets(carriedOffsets(undefined, before, before), before, after)).toBeUndefined();
  });
});

test("the timeline shows where it stands among gaps and marks, as wide as the terminal", () => {
  const bar = textOf(timelineLine(aView({ overview, playback: playbackAt(seconds(5)) })));
  expect(bar).toHaveLength(80);
  expect(bar).toMatch(/^ 00:05\.000 ━+▾━+●─+!─+ 00:10\.000 $/);
});
