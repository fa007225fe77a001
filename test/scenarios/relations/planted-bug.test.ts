import { expect, test } from "vitest";
import { toHex } from "../../../src/bytes/hex.ts";
import { framerPart } from "../../../src/machine/chain-plan.ts";
import type { Frame, Framer } from "../../../src/machine/machine.ts";
import { machineSubject } from "../../../src/replayer/machine-subject.ts";
import type { Subject } from "../../../src/replayer/subject.ts";
import type { TapeRecord } from "../../../src/tape/record.ts";
import { nanos } from "../../../src/time/nanos.ts";
import { channel, end, raw } from "../../replayer/toy-tape.ts";
import { outcomeOf } from "../cases.ts";

interface Held {
  bytes: number[];
  offset: number;
}

/** Frames of a start byte, a length and a payload. With the bug, one that is split after its second byte is forgotten. */
function lengthFramer(hasBug: boolean): Framer<undefined, Held> {
  return {
    name: "length",
    initial: () => ({ bytes: [], offset: 0 }),
    deadline: () => undefined,
    step(state, input) {
      const outputs: Frame[] = [];
      if (input.type !== "bytes") return { state, outputs };
      state.bytes.push(...input.bytes);
      for (let size = 2 + state.bytes[1]!; state.bytes.length >= size; size = 2 + state.bytes[1]!) {
        const payload = toHex(Uint8Array.from(state.bytes.splice(0, size).slice(2)));
        outputs.push({ type: "frame", dir: "rx", span: [state.offset, size], payload });
        state.offset += size;
      }
      if (hasBug && state.bytes.length === 2) state.offset += state.bytes.splice(0).length;
      return { state, outputs };
    },
  };
}

const subjectWith = (hasBug: boolean): Subject => {
  const framer = framerPart(lengthFramer(hasBug), undefined);
  return machineSubject({ name: "length", role: "observer", parse: () => ({ role: "observer", framer }) });
};

const frame = (n: number): Uint8Array => Uint8Array.of(0xaa, 3, n, n, n);
const TAPE = [
  channel(0),
  ...Array.from({ length: 20 }, (_, n) => raw(n * 1000, 0, "rx", frame(n))),
  raw(30_000, 0, "rx", frame(20).subarray(0, 3)),
  raw(31_000, 0, "rx", frame(20).subarray(3)),
  end(40_000),
];
const HELD = "expect: [{ some: value.type = frame, count: 21 }]\ngolden: { mode: none }\n";

test("a framer that forgets a frame split after its second byte passes on what was recorded, and re-chunking finds it", async () => {
  const straight = await outcomeOf(TAPE, HELD, { subject: subjectWith(true) });
  expect(straight.outcome).toEqual({ type: "passed" });
  const tested = await outcomeOf(TAPE, HELD, { subject: subjectWith(true), relations: true });
  expect(tested.outcome).toMatchObject({ type: "broken", relation: "re-chunk" });
  const mended = await outcomeOf(TAPE, HELD, { subject: subjectWith(false), relations: true });
  expect(mended.outcome).toEqual({ type: "passed" });
});

/** Says of each reading it is told whether it is below zero. With the bug by the sign, which a zero has in memory and not on a tape. */
const belowZero = (hasBug: boolean): Subject => ({
  name: "below-zero",
  role: "observer",
  open: async () => ({
    advance: async (records) => {
      const outputs = records.flatMap((record): TapeRecord[] => {
        if (record.type !== "input" || typeof record.value !== "number") return [];
        const below = hasBug ? 1 / record.value < 0 : record.value < 0;
        return [{ type: "output", at: record.at, machine: "below-zero", value: { type: "state", below } }];
      });
      return { outputs, deadline: undefined };
    },
    [Symbol.asyncDispose]: async () => {},
  }),
});

test("a subject that looks at what no tape keeps says something else when its tape is written anew", async () => {
  // Foreign programs write such a zero; it is kept here as it would stand in their file.
  const json = '{"type":"input","at":3000,"machine":"probe","value":-0}';
  const tape: TapeRecord[] = [{ type: "unknown", at: nanos(3000), json }, end(40_000)];
  const held = "expect: [{ some: below exists }]\ngolden: { mode: none }\n";
  const straight = await outcomeOf(tape, held, { subject: belowZero(true) });
  expect(straight.outcome).toEqual({ type: "passed" });
  const tested = await outcomeOf(tape, held, { subject: belowZero(true), relations: true });
  expect(tested.outcome).toMatchObject({ type: "broken", relation: "round-trip" });
  const mended = await outcomeOf(tape, held, { subject: belowZero(false), relations: true });
  expect(mended.outcome).toEqual({ type: "passed" });
});
