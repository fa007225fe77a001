import { fc, test } from "@fast-check/vitest";
import { expect, test as plain } from "vitest";
import { type ChainInput, type ChainPlan, framerPart, sessionPart } from "../../src/machine/chain-plan.ts";
import type { Session } from "../../src/machine/machine.ts";
import { replay } from "../../src/machine/replay.ts";
import { machineSubject } from "../../src/replayer/machine-subject.ts";
import type { OpenOptions, SubjectRun } from "../../src/replayer/subject.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { millis, nanos, seconds } from "../../src/time/nanos.ts";
import { anyTape } from "../machine/any-tape.ts";
import { beating, heartbeat, listening, words } from "../machine/toys.ts";

const never = new AbortController().signal;
const opening: OpenOptions = { config: null, channels: [], seed: 0, faults: [] };

const subject = (plan: ChainPlan) => machineSubject({ name: "toy", role: plan.role, parse: () => plan });

/** The records of a tape, with the end that a driver adds. */
function ended(tape: readonly ChainInput[], drain: number): readonly TapeRecord[] {
  const records = tape.map((input): TapeRecord => {
    return input.type === "channel" ? { ...input, name: "wire", source: "test", settings: {} } : (input as TapeRecord);
  });
  const at = nanos((tape.at(-1)?.at ?? 0) + drain);
  return [...records, { type: "end", at, records: 0, reason: "replayed" }];
}

interface Cut {
  readonly sizes: readonly number[];
  readonly look?: boolean;
  readonly from?: number;
  readonly to?: number;
}

/** Plays the records from `from` to `to`, in batches of the given sizes, looking in between at times when nothing is recorded. */
async function played(
  run: SubjectRun,
  records: readonly TapeRecord[],
  { sizes, look = false, from = 0, to = records.length }: Cut,
): Promise<TapeRecord[]> {
  const outputs: TapeRecord[] = [];
  for (let start = from, turn = 0; start < to; turn += 1) {
    const end = Math.min(to, start + (sizes[turn % sizes.length] ?? 1));
    const last = records[end - 1] as ChainInput;
    const next = records[end] as ChainInput | undefined;
    const until = next === undefined ? last.at : nanos(next.at - 1);
    const batch = records.slice(start, end);
    if (look && until > last.at) {
      const early = await run.advance(batch, nanos(last.at + Math.floor((until - last.at) / 2)), never);
      const late = await run.advance([], until, never);
      outputs.push(...early.outputs, ...late.outputs);
      expect(late.deadline ?? Number.POSITIVE_INFINITY).toBeGreaterThan(until);
    } else outputs.push(...(await run.advance(batch, until, never)).outputs);
    start = end;
  }
  return outputs;
}

const anySizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 });

test.prop([anyTape, anySizes, fc.boolean(), fc.constantFrom(listening, beating)])(
  "however a tape is cut into batches, the subject says the same",
  async (tape, sizes, look, plan) => {
    const run = await subject(plan).open(opening);
    const outputs = await played(run, ended(tape, 50), { sizes, look });
    expect(outputs).toEqual(replay(plan, tape, { time: "recorded", drain: nanos(50) }));
  },
);

test.prop([anyTape, fc.nat(), fc.constantFrom(listening, beating)])(
  "a run restored from a snapshot at any record goes on as the run that made it",
  async (tape, place, plan) => {
    const records = ended(tape, 50);
    const cut = place % records.length;
    const whole = await played(await subject(plan).open(opening), records, { sizes: [1] });

    const first = await subject(plan).open(opening);
    const before = await played(first, records, { sizes: [3], to: cut });
    const snapshot = (await first.snapshot?.())!;
    const second = await subject(plan).open({ ...opening, snapshot });
    const rest = await played(second, records, { sizes: [2], from: cut });
    expect([...before, ...rest]).toEqual(whole);
  },
);

plain("bytes at the moment of a deadline come first, even if they come in the next batch", async () => {
  const run = await subject(listening).open(opening);
  const byte = (at: number, of: string): TapeRecord => {
    return { type: "raw", at: nanos(at), channel: 0, dir: "rx", bytes: new TextEncoder().encode(of) };
  };
  const first = await run.advance([byte(0, "a")], nanos(4), never);
  expect(first).toEqual({ outputs: [], deadline: nanos(5) });
  const second = await run.advance([byte(5, "b")], nanos(4), never);
  expect(second.outputs).toEqual([]);
  const third = await run.advance([byte(5, "c;")], nanos(5), never);
  expect(third.outputs.map((output) => (output as { value: { word?: string } }).value.word)).toEqual([
    "6162633b",
    "6162633b",
  ]);
});

plain("what is unfinished when the run ends is said once", async () => {
  const run = await subject({ role: "observer", framer: framerPart(words, {}) }).open(opening);
  const bytes = new TextEncoder().encode("unfinis");
  const outputs = await played(run, ended([{ type: "raw", at: nanos(3), channel: 1, dir: "tx", bytes }], 1_000), {
    sizes: [1],
    look: true,
  });
  expect(outputs).toMatchObject([
    { at: 1_003, channel: 1, value: { type: "fault", fault: "unfinished", span: [0, 7] } },
  ]);
});

plain("a channel that is known beforehand keeps its kind although its declaration is not fed", async () => {
  const channels = [
    { type: "channel", at: nanos(0), channel: 5, name: "gps", kind: "datagram", source: "udp", settings: {} },
  ] as const;
  const run = await subject({ role: "observer", framer: framerPart(words, {}) }).open({ ...opening, channels });
  const bytes = new TextEncoder().encode("a");
  const { outputs } = await run.advance([{ type: "raw", at: nanos(3), channel: 5, dir: "rx", bytes }], nanos(3), never);
  expect(outputs).toMatchObject([{ value: { fault: "truncated" } }]);
});

plain("a machine that throws is an outcome that names subject and time", async () => {
  const broken: Session<null, null> = {
    name: "broken",
    initial: () => null,
    step: () => {
      throw new TypeError("cannot read the length of nothing");
    },
    deadline: () => undefined,
  };
  const run = await subject({ role: "observer", session: sessionPart(broken, null) }).open(opening);
  const advanced = run.advance([{ type: "link", at: nanos(7), channel: 0, event: "open" }], nanos(9), never);
  await expect(advanced).rejects.toMatchObject({
    code: "SUBJECT_CRASHED",
    message: "toy failed at 7 ns: cannot read the length of nothing",
    cause: expect.any(TypeError),
  });
});

plain("a long silence can be stopped on the way", async () => {
  const plan: ChainPlan = { ...beating, session: sessionPart(heartbeat, { every: millis(1), word: "hi;" }) };
  const run = await subject(plan).open(opening);
  const declared = ended([{ type: "channel", at: nanos(0), channel: 0, kind: "stream" }], 0).slice(0, 1);
  const controller = new AbortController();
  const advanced = run.advance(declared, seconds(3_600), controller.signal);
  controller.abort(new Error("the operator pressed stop"));
  await expect(advanced).rejects.toThrow("the operator pressed stop");
});

plain("faults on ports that machines do not have are refused", async () => {
  await expect(subject(listening).open({ ...opening, faults: [{ type: "cut-power" }] })).rejects.toMatchObject({
    code: "OPTIONS_INVALID",
  });
});
