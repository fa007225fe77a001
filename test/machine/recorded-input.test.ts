import { expect, test } from "vitest";
import type { Json } from "../../src/bytes/json.ts";
import { type ChainInput, type ChainPlan, framerPart, sessionPart } from "../../src/machine/chain-plan.ts";
import { type ReplayOptions, replay } from "../../src/machine/replay.ts";
import { nanos } from "../../src/time/nanos.ts";
import { frame, talk, words } from "./toys.ts";

const listening: ChainPlan = {
  role: "observer",
  framer: framerPart(words, {}),
  session: sessionPart(talk, { quiet: 5 }),
};
const recorded: ReplayOptions = { recorded: ["talk"], time: "recorded", drain: nanos(100) };
const computed: ReplayOptions = { ...recorded, time: "computed" };

/** What `talk` said, in short. */
function heard(tape: readonly ChainInput[], options: ReplayOptions): unknown[] {
  return replay(listening, tape, options).flatMap((output) => {
    if (output.type !== "output" || output.machine !== "talk") return [];
    const { type, state, word, cause, dir, change, fault, deadline, input } = output.value;
    const rest = [state, word, cause, dir, change, fault, deadline, input].filter((one) => one !== undefined);
    return [[output.at, type, ...rest]];
  });
}

function told(at: number, value: Json, channel: number | null = 0): ChainInput {
  return { type: "input", at: nanos(at), machine: "talk", value, ...(channel === null ? {} : { channel }) };
}

const raw = (at: number, word: string): ChainInput => {
  return { type: "raw", at: nanos(at), channel: 0, dir: "rx", bytes: new TextEncoder().encode(word) };
};

const open = { type: "link", change: "open" };

test("a session whose inputs are recorded hears exactly those, and no frame of today's framer", () => {
  const tape = [raw(0, "now;"), told(1, { type: "frame", frame: frame("then;", 0) }), told(6, { type: "elapsed" })];
  expect(heard(tape, recorded)).toEqual([
    [1, "state", "heard", "7468656e3b"],
    [6, "state", "quiet"],
  ]);
});

test("its own deadlines are only checked against the tape", () => {
  const tape = [
    told(0, open),
    told(2, { type: "elapsed" }),
    told(3, open),
    told(20, open),
    told(25, { type: "elapsed" }),
  ];
  expect(heard(tape, recorded)).toEqual([
    [0, "link", "open"],
    [2, "fault", "untimely-elapsed", 5],
    [2, "state", "quiet"],
    [3, "link", "open"],
    [20, "fault", "missed-elapsed", 8],
    [20, "link", "open"],
    [25, "state", "quiet"],
  ]);
  expect(heard([told(0, open), told(5, open)], recorded)).toEqual([
    [0, "link", "open"],
    [5, "link", "open"],
  ]);
  expect(heard([told(0, { type: "elapsed" })], recorded)[0]).toEqual([0, "fault", "untimely-elapsed", null]);
});

test("in computed time the deadlines fire, although the other inputs are recorded", () => {
  const tape = [raw(0, "now;"), told(0, open), told(20, open)];
  expect(heard(tape, computed)).toEqual([
    [0, "link", "open"],
    [5, "state", "quiet"],
    [20, "link", "open"],
    [25, "state", "quiet"],
  ]);
});

test("a tape of which nobody knew that it holds inputs is noticed at the first", () => {
  const tape = [raw(0, "a;"), told(4, open), raw(5, "b;"), told(9, { type: "elapsed" })];
  expect(heard(tape, { time: "recorded", drain: nanos(100) })).toEqual([
    [0, "state", "heard", "613b"],
    [4, "link", "open"],
    [9, "state", "quiet"],
  ]);
});

test("an input without a channel is heard on every one, an input for another machine on none", () => {
  const other = { ...told(0, open), machine: "updater" } as ChainInput;
  const tape = [told(0, open, 1), told(0, open, 0), other, told(2, { type: "gap", cause: "queue", dir: "tx" }, null)];
  expect(heard(tape, recorded)).toEqual([
    [0, "link", "open"],
    [0, "link", "open"],
    [2, "gap", "queue", "tx"],
    [2, "gap", "queue", "tx"],
  ]);
});

test("the recorded end of a conversation is its end", () => {
  const fault = { type: "fault", fault: "bad-crc", dir: "rx", span: [0, 1], raw: "00" };
  const tape = [told(0, { type: "fault", fault }), told(3, { type: "end" })];
  expect(heard(tape, recorded)).toEqual([
    [0, "state", "heard bad-crc"],
    [3, "state", "over"],
  ]);
});

test.each([
  [null],
  [7],
  [[]],
  [{}],
  [{ type: "bytes" }],
  [{ type: "frame" }],
  [{ type: "frame", frame: { dir: "rx" } }],
  [{ type: "frame", frame: { dir: "up", span: [0, 1] } }],
  [{ type: "frame", frame: { dir: "rx", span: [0] } }],
  [{ type: "frame", frame: { dir: "rx", span: "01" } }],
  [{ type: "fault", fault: { dir: "rx", span: [0, 1], raw: "00" } }],
  [{ type: "gap", cause: "boredom" }],
  [{ type: "link", change: "ajar" }],
])("an input that no session hears comes out as a fault: %j", (value: Json) => {
  expect(heard([told(0, value)], recorded)).toEqual([[0, "fault", "unknown-input", value]]);
});
