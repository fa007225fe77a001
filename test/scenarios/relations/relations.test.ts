import { expect, test } from "vitest";
import type { Advanced, OpenOptions, Subject, SubjectRun } from "../../../src/replayer/subject.ts";
import type { TapeRecord } from "../../../src/tape/record.ts";
import type { Nanos } from "../../../src/time/nanos.ts";
import { toyAnswerer, toyLines } from "../../replayer/toy-subject.ts";
import { channel, end, raw } from "../../replayer/toy-tape.ts";
import { outcomeOf } from "../cases.ts";

const TAPE = [
  channel(0),
  raw(10_000_000, 0, "rx", "one\ntw"),
  raw(20_000_000, 0, "rx", "o\nthree\n"),
  raw(200_000_000, 0, "tx", "four\n"),
  raw(300_000_000, 0, "rx", "five"),
  end(400_000_000),
];
const HELD = "expect: [{ some: type exists }]\ngolden: { mode: none }\n";

type Change = (run: SubjectRun, options: OpenOptions) => SubjectRun;

/** The toy with a bug planted in it. */
const broken = (change: Change): Subject => ({
  ...toyLines,
  async open(options) {
    return change(await toyLines.open(options), options);
  },
});

/** What a run passes on when only its `advance` has a bug. */
function advancing(
  run: SubjectRun,
  advance: (records: readonly TapeRecord[], until: Nanos, signal: AbortSignal) => Promise<Advanced>,
): SubjectRun {
  return {
    advance,
    snapshot: async () => (await run.snapshot?.()) ?? new Uint8Array(),
    [Symbol.asyncDispose]: () => run[Symbol.asyncDispose](),
  };
}

test("a subject that keeps its laws says the same however it is played", async () => {
  expect((await outcomeOf(TAPE, HELD, { relations: true })).outcome).toEqual({ type: "passed" });
  const answerer = { subject: toyAnswerer(), relations: true };
  expect((await outcomeOf(TAPE, HELD, answerer)).outcome).toEqual({ type: "passed" });
});

test("they hold with faults too, and are not asked unless they are wanted", async () => {
  const faults = "faults: [{ fault: corrupt, record: 3, damage: burst }, { fault: delay, record: 2, by: 70ms }]\n";
  expect((await outcomeOf(TAPE, HELD + faults, { relations: true })).outcome).toEqual({ type: "passed" });
});

const LOSES_SHORT_READS: Change = (run) =>
  advancing(run, (records, until, signal) =>
    run.advance(
      records.filter((record) => record.type !== "raw" || record.bytes.length > 2),
      until,
      signal,
    ),
  );

test("a framer that loses what comes in small pieces is found by cutting anew", async () => {
  const { outcome } = await outcomeOf(TAPE, HELD, { subject: broken(LOSES_SHORT_READS), relations: true });
  expect(outcome).toMatchObject({ type: "broken", relation: "re-chunk" });
  expect(outcome).toMatchObject({ words: expect.stringContaining("in single bytes") });
  expect((await outcomeOf(TAPE, HELD, { subject: broken(LOSES_SHORT_READS) })).outcome.type).toBe("passed");
});

test("a case opts out of a relation by name and with a reason", async () => {
  const out = `${HELD}relations: { re-chunk: this toy reads whole messages }\n`;
  const { outcome } = await outcomeOf(TAPE, out, { subject: broken(LOSES_SHORT_READS), relations: true });
  expect(outcome).toEqual({ type: "passed" });
});

test("a subject that counts its advances is found by pauses", async () => {
  const subject = broken((run) => {
    let advances = 0;
    return advancing(run, async (records, until, signal) => {
      advances += 1;
      return advances > 8 ? { outputs: [], deadline: undefined } : run.advance(records, until, signal);
    });
  });
  const without = `${HELD}relations: { re-chunk: not asked here }\n`;
  const { outcome } = await outcomeOf(TAPE, without, { subject, relations: true });
  expect(outcome).toMatchObject({ type: "broken", relation: "pause-resume" });
});

test("a snapshot that forgets something is found by warm seeks", async () => {
  const subject = broken((run, { snapshot }) =>
    snapshot === undefined ? run : advancing(run, (_, until, signal) => run.advance([], until, signal)),
  );
  const { outcome } = await outcomeOf(TAPE, HELD, { subject, relations: true });
  expect(outcome).toMatchObject({ type: "broken", relation: "warm-seek", words: expect.stringContaining("snapshot") });
});

test("a subject that says something else the second time is unstable, whatever else it does", async () => {
  let opened = 0;
  const subject = broken((run) => {
    opened += 1;
    return opened === 2 ? advancing(run, (_, until, signal) => run.advance([], until, signal)) : run;
  });
  const { outcome } = await outcomeOf(TAPE, HELD, { subject, relations: true });
  expect(outcome).toMatchObject({ type: "unstable" });
});
