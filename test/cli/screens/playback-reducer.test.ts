import { describe, expect, test } from "vitest";
import type { PlaybackCommand, PlaybackScreenEvent } from "../../../src/cli/screens/playback-events.ts";
import { nextRate } from "../../../src/cli/screens/playback-rate.ts";
import { reducePlayback } from "../../../src/cli/screens/playback-reducer.ts";
import type { PlaybackScreenView } from "../../../src/cli/screens/playback-view.ts";
import { seconds } from "../../../src/time/nanos.ts";
import { aView, overview, playbackAt, read } from "./playback-samples.ts";

function afterwards(...events: readonly PlaybackScreenEvent[]) {
  let view: PlaybackScreenView = aView();
  let commands: readonly PlaybackCommand[] = [];
  for (const event of events) ({ state: view, commands } = reducePlayback(view, event));
  return { view, commands };
}

const keys = (...names: string[]): PlaybackScreenEvent[] => names.map((key) => ({ type: "key", key }));
const moved = (change: Parameters<typeof playbackAt>[1] = {}): PlaybackScreenEvent => ({
  type: "moved",
  playback: playbackAt(seconds(5), change),
});
const surveyed: PlaybackScreenEvent = { type: "surveyed", overview };

describe("the playback screen", () => {
  test("the space bar plays and pauses, and begins anew at the end", () => {
    expect(afterwards(...keys("space")).commands).toEqual([{ type: "play" }]);
    expect(afterwards(...keys("space", "space")).commands).toEqual([{ type: "pause" }]);
    expect(afterwards(moved({ status: "ended" }), ...keys("space")).commands).toEqual([
      { type: "seek", cue: { at: 0 }, play: true },
    ]);
  });

  test("steps both ways, with arrows or letters", () => {
    expect(afterwards(...keys("right")).commands).toEqual([{ type: "step" }]);
    expect(afterwards(...keys("p")).commands).toEqual([{ type: "step-back" }]);
  });

  test("rates go 1, 2, 5, 10 and back, as far as a clock can", () => {
    const view = afterwards(...keys("+", "+", "+")).view;
    expect(view.playback.rate).toBe(10);
    expect(afterwards(...keys("-")).commands).toEqual([{ type: "rate", rate: 0.5 }]);
    expect(afterwards(...keys("+", "+", "1")).view.playback.rate).toBe(1);
    expect(nextRate(1_000_000, "faster")).toBe(1_000_000);
    expect(nextRate(0.001, "slower")).toBe(0.001);
    let rate = 0.001;
    for (let step = 0; step < 27; step += 1) rate = nextRate(rate, "faster");
    expect(rate).toBe(1_000_000);
  });

  test("jumps from where it stands, never before the beginning, and goes on playing", () => {
    expect(afterwards(moved(), ...keys("]")).commands).toEqual([
      { type: "seek", cue: { at: seconds(6) }, play: false },
    ]);
    expect(afterwards(moved(), ...keys("{")).commands).toEqual([{ type: "seek", cue: { at: 0 }, play: false }]);
    expect(afterwards(moved(), ...keys("space", "[")).commands).toEqual([
      { type: "seek", cue: { at: seconds(4) }, play: true },
    ]);
  });

  test("finds the next mark or gap and the one before", () => {
    expect(afterwards(moved(), surveyed, ...keys(".")).commands).toMatchObject([{ cue: { at: seconds(8) } }]);
    expect(afterwards(moved(), surveyed, ...keys(",")).commands).toMatchObject([{ cue: { at: seconds(2) } }]);
    expect(afterwards(moved(), ...keys(".")).view.message?.text).toContain("still being read");
  });

  test("a place that a person types is looked for; nothing typed is no place", () => {
    const { commands, view } = afterwards(...keys("g", ..."mark:x", "enter"));
    expect(commands).toEqual([{ type: "go", text: "mark:x", play: false }]);
    expect(view.prompt).toBeUndefined();
    expect(afterwards(...keys("g", "enter")).commands).toEqual([]);
  });

  test("a breakpoint is asked for, turned off and on, and taken away by an empty line", () => {
    const entered = afterwards(...keys("b", ..."a=1", "enter"));
    expect(entered.commands).toEqual([{ type: "break", text: "a=1", play: false, noted: true }]);
    const set: PlaybackScreenEvent = { type: "broken-at", text: "a=1" };
    const off = afterwards(set, ...keys("B"));
    expect(off.commands).toMatchObject([{ type: "break", text: undefined }]);
    expect(off.view.breakpoint).toEqual({ text: "a=1", enabled: false });
    expect(afterwards(set, ...keys("B", "B")).commands).toMatchObject([{ type: "break", text: "a=1" }]);
    expect(afterwards(set, ...keys("b", "ctrl-u", "enter")).commands).toMatchObject([{ text: undefined, noted: true }]);
  });

  test("a loop begins anew by itself; without one the end is the end", () => {
    const end = moved({ status: "ended" });
    expect(afterwards(...keys("l", "space"), end).commands).toEqual([{ type: "seek", cue: { at: 0 }, play: true }]);
    const once = afterwards(...keys("space"), end);
    expect(once.commands).toEqual([]);
    expect(once.view.playing).toBe(false);
  });

  test("a breakpoint's match ends playing, so that the space bar goes on", () => {
    const hit = { record: read("rx", "a"), at: seconds(5), line: 3, said: 0 };
    const { view } = afterwards(...keys("space"), moved({ hit }));
    expect(view.playing).toBe(false);
  });

  test("offsets that are not known are counted only where it stands still, and once", () => {
    const recent = [{ type: "fed" as const, line: 90, record: read("rx", "a") }];
    const far = { recent, fed: 80, happened: 1 };
    expect(afterwards(moved({ ...far, status: "playing" })).commands).toEqual([]);
    expect(afterwards(moved(far)).commands).toEqual([{ type: "count", before: recent[0] }]);
    expect(afterwards(moved(far), moved(far)).commands).toEqual([]);
    const offsets = { before: recent[0], bytes: new Map([["0/rx", 77]]) };
    expect(afterwards(moved(far), { type: "counted", offsets }, moved(far)).view.offsets).toEqual(offsets);
  });

  test("unknown keys mean nothing, and any key takes a message away", () => {
    const { view, commands } = afterwards({ type: "told", text: "no such mark", bad: true }, ...keys("z"));
    expect(view.message).toBeUndefined();
    expect(commands).toEqual([]);
  });
});
