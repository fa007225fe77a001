import { describe, expect, test } from "vitest";
import { RECORDING_KEYS } from "../../../src/cli/screens/recording-keys.ts";
import { recordingLines } from "../../../src/cli/screens/recording-lines.ts";
import {
  beginRecordingView,
  type RecordingCommand,
  type RecordingEvent,
  reduceRecording,
} from "../../../src/cli/screens/recording-reducer.ts";
import type { RecordingView } from "../../../src/cli/screens/recording-view.ts";
import { textOf } from "../../../src/cli/screens/span.ts";
import type { ControlStatus } from "../../../src/recorder/schema.ts";
import { seconds, ZERO } from "../../../src/time/nanos.ts";

const flow = { bytes: 1_500, reads: 10, lost: 0, gaps: 0 };

const status: ControlStatus = {
  type: "status",
  state: "recording",
  at: seconds(75),
  path: "plc.tape.jsonl",
  records: 12,
  rx: flow,
  tx: flow,
  rates: { rx: { bytes: 300, reads: 2 }, tx: { bytes: 0, reads: 0 } },
  losses: [],
  channels: [{ channel: 0, name: "plc", source: "tcp:10.0.0.5:502", link: "open", rx: flow, tx: flow }],
  marks: 1,
  events: 0,
  waiting: 0,
  tail: [{ number: 1, at: seconds(74), channel: 0, dir: "rx", length: 12, start: "000100000006010300000001" }],
};

const SIZE = { columns: 80, rows: 24 };

function afterwards(...events: readonly RecordingEvent[]): {
  view: RecordingView;
  commands: readonly RecordingCommand[];
} {
  let view = beginRecordingView(SIZE, 4711, ZERO);
  let commands: readonly RecordingCommand[] = [];
  for (const event of events) ({ state: view, commands } = reduceRecording(view, event));
  return { view, commands };
}

const told: RecordingEvent = { type: "told", now: seconds(1), status };
const keys = (...names: string[]): RecordingEvent[] => names.map((key) => ({ type: "key", key }));
const shown = (view: RecordingView): string => recordingLines(view).map(textOf).join("\n");

describe("the recording screen", () => {
  test("says that the recorder died and was started again, and shows no rates of one that does not answer", () => {
    const again: RecordingEvent = {
      ...{ type: "recorder", now: seconds(2) },
      recorder: { pid: 4712, restarts: 2, died: "was killed by SIGKILL" },
    };
    expect(shown(afterwards(told, again).view)).toContain(
      "the recorder was killed by SIGKILL and started again (2 times); the gap is on the tape",
    );
    const silent = shown(afterwards(told, { type: "looked", now: seconds(9), fileSize: 1 }).view);
    expect(silent).toMatch(/NOT ANSWERING[\s\S]* rx \? [\s\S]*has said nothing for 8 s/);
    expect(silent).not.toContain("300 B/s");
    expect(
      shown(afterwards(told, { type: "looked", now: seconds(9), fileSize: 1 }, { ...told, now: seconds(9) }).view),
    ).toContain("300 B/s");
  });

  test("shows channels, rates, losses, the tape and the last reads on a classic terminal", () => {
    const losses = [{ cause: "overrun" as const, gaps: 2, lost: 48 }];
    const { view } = afterwards(
      { ...told, status: { ...status, losses } },
      { type: "looked", now: seconds(1), fileSize: 4_000 },
    );
    const text = shown(view);
    expect(text.split("\n")).toHaveLength(23);
    for (const part of [
      "recording",
      "01:15",
      "plc.tape.jsonl",
      "300 B/s",
      "1.50 kB",
      "4.00 kB",
      "1 mark",
      "overrun: 2 gaps, 48 B",
    ])
      expect(text).toContain(part);
    expect(text).toMatch(/0 plc +open/);
    expect(text).toContain("00 01 00 00 00 06 01 03 00 00 00 01");
  });

  test("says which keys it obeys", () => {
    const text = shown(afterwards(told).view);
    for (const {
      keys: [key],
    } of RECORDING_KEYS)
      expect(text.split("\n").at(-1)).toMatch(new RegExp(` ${key === "?" ? "\\?" : key} `));
  });

  test("m puts a mark at once, and M one with a label", () => {
    expect(afterwards(told, ...keys("m")).commands).toEqual([{ type: "mark", label: "mark 2" }]);
    const { view, commands } = afterwards(
      told,
      ...keys("M", "p", "u", "m", "p", "space", "q", "backspace", "2", "enter"),
    );
    expect(commands).toEqual([{ type: "mark", label: "pump 2" }]);
    expect(view.prompt).toBeUndefined();
    expect(afterwards(told, ...keys("M", "q", "escape")).commands).toEqual([]);
  });

  test("asks once politely to stop, and then by a signal", () => {
    expect(afterwards(told, ...keys("q")).commands).toEqual([{ type: "stop", times: 0 }]);
    expect(afterwards(told, ...keys("q", "ctrl-c")).commands).toEqual([{ type: "stop", times: 1 }]);
  });

  test("a recorder that says nothing any more is called silent, and by its number", () => {
    const { view } = afterwards(told, { type: "looked", now: seconds(6), fileSize: 0 });
    expect(shown(view)).toContain("process 4711) has said nothing for 5 s");
    expect(shown(afterwards(told, { type: "looked", now: seconds(2), fileSize: 0 }).view)).not.toContain(
      "said nothing",
    );
  });

  test("a recorder that was killed is told until a key is pressed", () => {
    const ended: RecordingEvent = { type: "ended", end: { code: null, signal: "SIGKILL", words: [] } };
    const { view, commands } = afterwards(told, ended);
    expect(commands).toEqual([]);
    expect(shown(view)).toContain("killed by SIGKILL: what it recorded until then is on the tape");
    expect(afterwards(told, ended, ...keys("x")).commands).toEqual([{ type: "leave" }]);
  });

  test("a good end, and one before anything was recorded, leave the screen by themselves", () => {
    expect(afterwards(told, { type: "ended", end: { code: 0, signal: null, words: [] } }).commands).toEqual([
      { type: "leave" },
    ]);
    expect(afterwards({ type: "ended", end: { code: 2, signal: null, words: ["error"] } }).commands).toEqual([
      { type: "leave" },
    ]);
  });

  test("names from the field cannot move the cursor", () => {
    const [channel] = status.channels;
    const { view } = afterwards({
      ...told,
      status: { ...status, channels: [{ ...channel!, name: "a\u001b[2Jb\u202ec" }] },
    });
    expect(shown(view)).not.toMatch(/[\u001b\u202e]/);
  });

  test("many channels leave room for the reads", () => {
    const [channel] = status.channels;
    const channels = Array.from({ length: 100 }, (_, number) => ({ ...channel!, channel: number }));
    const text = shown(afterwards({ ...told, status: { ...status, channels } }).view);
    expect(text).toContain("and 95 more");
    expect(text).toContain("00 01 00 00");
  });
});
