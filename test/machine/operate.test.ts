import { fc, test } from "@fast-check/vitest";
import { expect, test as plain } from "vitest";
import { FieldtapeError } from "../../src/errors.ts";
import { Chain } from "../../src/machine/chain.ts";
import { type ChainInput, type ChainOutput, type ChainPlan, sessionPart } from "../../src/machine/chain-plan.ts";
import { operate, type Ports, type WorldRecord } from "../../src/machine/operate.ts";
import { ChainOutputs, replay } from "../../src/machine/replay.ts";
import { type Nanos, nanos, ZERO } from "../../src/time/nanos.ts";
import { turn } from "../../src/time/system-clock.ts";
import { VirtualClock } from "../../src/time/virtual-clock.ts";
import { anyTape } from "./any-tape.ts";
import { beating, heartbeat, listening, metronome, stuck } from "./toys.ts";

/** Those who were woken may need several turns themselves. */
async function rest(): Promise<void> {
  for (let turns = 0; turns < 5; turns += 1) await turn();
}

const never = new AbortController().signal;

const ticking: ChainPlan = { role: "observer", session: sessionPart(metronome, { every: 10 }) };

type Told = WorldRecord | ChainOutput;

/** Inputs as they are pushed. */
class Pushed implements AsyncIterable<readonly WorldRecord[]> {
  private waiting: WorldRecord[] = [];
  private ended = false;
  private wake: (() => void) | undefined;

  push(...records: readonly WorldRecord[]): void {
    this.waiting.push(...records);
    this.wake?.();
  }

  end(): void {
    this.ended = true;
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly WorldRecord[], void, void> {
    while (!this.ended || this.waiting.length > 0) {
      if (this.waiting.length > 0) yield this.waiting.splice(0);
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}

/** Plays a tape as the world, `lag` after its stamps, at the pace of a virtual clock that began at `origin`. */
async function operated(plan: ChainPlan, tape: readonly ChainInput[], lag: (index: number) => number): Promise<Told[]> {
  const origin = nanos(1_000);
  const clock = new VirtualClock(rest);
  await clock.advance(origin);
  const inputs = new Pushed();
  const told: Told[] = [];
  const ports: Ports = { send: async () => {}, ask: () => {} };
  const observe = (observations: readonly Told[]): void => void told.push(...observations);
  const options = { inputs, clock, origin, ports, observe, settle: turn, signal: never };
  const operating = operate(plan, options);
  let came = 0;
  for (const [index, record] of tape.entries()) {
    came = Math.max(came, record.at + lag(index));
    await clock.advance(nanos(origin + came));
    inputs.push(record);
    await turn();
  }
  // A multiple of ten: the metronome ticks at the very end.
  const last = nanos(Math.ceil(came / 10) * 10 + 50);
  await clock.advance(nanos(origin + last));
  inputs.push({ type: "end", at: last });
  inputs.end();
  await operating;
  return told;
}

const isSaid = (record: Told): record is ChainOutput =>
  record.type === "output" || (record.type === "raw" && record.dir === "tx" && !("recorded" in record));

/** Marks what the world said in both directions, so that it is told from what the machine sent. */
const world = (tape: readonly ChainInput[]): readonly ChainInput[] =>
  tape.map((record) => (record.type === "raw" ? { ...record, recorded: true } : record));

/** What a tape with these inputs should hold, in its order. */
function taped(plan: ChainPlan, inputs: readonly WorldRecord[]): Told[] {
  const tape: Told[] = [];
  const outputs = new ChainOutputs();
  const chain = new Chain(plan, outputs, { time: "recorded" });
  for (const record of inputs) {
    chain.elapse(nanos(record.at - 1));
    tape.push(...outputs.take(), record);
    chain.take(record);
    tape.push(...outputs.take());
    if (record.type === "end") chain.elapse(record.at);
  }
  return [...tape, ...outputs.take()];
}

test.prop([anyTape, fc.constantFrom(listening, beating, ticking)])(
  "what is observed in the world is the tape that a replay of its inputs gives, in its order",
  async (tape, plan) => {
    const told = await operated(plan, world(tape), () => 0);
    const inputs = told.filter((record) => !isSaid(record)) as WorldRecord[];
    expect(inputs.slice(0, -1)).toEqual(world(tape));
    expect(told).toEqual(taped(plan, inputs));
    const last = inputs.at(-1)?.at ?? ZERO;
    const drain = nanos(last - (tape.at(-1)?.at ?? 0));
    expect(told.filter(isSaid)).toEqual(replay(plan, world(tape), { time: "recorded", drain }));
  },
);

test.prop([anyTape, fc.array(fc.nat({ max: 20 }), { minLength: 1 }), fc.constantFrom(listening, beating, ticking)])(
  "inputs that come late are placed where they were heard, and the tape still replays the same",
  async (tape, lags, plan) => {
    const told = await operated(plan, world(tape), (index) => lags[index % lags.length] ?? 0);
    const inputs = told.filter((record) => !isSaid(record)) as WorldRecord[];
    expect(told).toEqual(taped(plan, inputs));
    expect(inputs.map(({ at: _, ...rest }) => rest).slice(0, -1)).toEqual(
      world(tape).map(({ at: _, ...rest }) => rest),
    );
    for (const [index, record] of tape.entries()) expect(inputs[index]!.at).toBeGreaterThanOrEqual(record.at);
  },
);

/** A participant and what it did, on a clock that is advanced by hand. */
function participating(ports: Partial<Ports>, plan: ChainPlan = beating) {
  const clock = new VirtualClock(rest);
  const inputs = new Pushed();
  const controller = new AbortController();
  const told: Told[] = [];
  const operating = operate(plan, {
    inputs,
    clock,
    origin: ZERO,
    ports: { send: async () => {}, ask: () => {}, ...ports },
    observe: (observations) => void told.push(...observations),
    settle: turn,
    signal: controller.signal,
  });
  operating.catch(() => {});
  inputs.push({ type: "channel", at: ZERO, channel: 2, kind: "stream" });
  return { clock, inputs, controller, told, operating, to: (at: number) => clock.advance(nanos(at)) };
}

plain("a participant reaches the world through its ports", async () => {
  const did: string[] = [];
  const { inputs, operating, to } = participating({
    ask: (channel, link) => void did.push(`ask ${link} ${channel}`),
    send: async (channel, bytes) => void did.push(`send ${channel} ${Buffer.from(bytes)}`),
  });
  await to(3);
  inputs.push({ type: "link", at: nanos(3), channel: 2, event: "open" });
  await to(12);
  expect(did).toEqual(["ask open 2", "send 2 hi;", "send 2 hi;"]);
  inputs.push({ type: "end", at: nanos(12) });
  inputs.end();
  await operating;
});

plain("a beat that finds its link lost is no failure: the inputs tell of it", async () => {
  const { inputs, operating, told, to } = participating({
    send: () => Promise.reject(new FieldtapeError("LINK_LOST", "the link is gone")),
  });
  inputs.push({ type: "link", at: ZERO, channel: 2, event: "open" });
  await to(3);
  inputs.push({ type: "link", at: nanos(3), channel: 2, event: "lost" });
  inputs.end();
  await operating;
  expect(told).toContainEqual(expect.objectContaining({ value: { type: "state", state: "down" } }));
});

plain.each([
  ["rejects", () => Promise.reject(new Error("the port is on fire"))],
  [
    "throws",
    () => {
      throw new Error("the port is on fire");
    },
  ],
])("a port that %s ends the operation with its own words", async (_, send) => {
  const { inputs, operating, to } = participating({ send });
  inputs.push({ type: "link", at: ZERO, channel: 2, event: "open" });
  await to(3);
  await expect(operating).rejects.toThrow("the port is on fire");
});

plain("a port that takes nothing ends the operation before memory does", async () => {
  const flood = sessionPart(heartbeat, { every: 7, word: "x".repeat(1024 * 1024) });
  const { inputs, operating, to } = participating(
    { send: () => new Promise(() => {}) },
    { ...beating, session: flood },
  );
  inputs.push({ type: "link", at: ZERO, channel: 2, event: "open" });
  await to(200);
  await expect(operating).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
});

plain("inputs that fail end the operation with their own words", async () => {
  const clock = new VirtualClock(rest);
  const inputs = (async function* (): AsyncGenerator<readonly WorldRecord[]> {
    yield [{ type: "mark", at: ZERO }];
    throw new Error("the socket is gone");
  })();
  const operating = operate(listening, {
    inputs,
    clock,
    origin: ZERO,
    observe: () => {},
    settle: turn,
    signal: never,
  });
  await expect(operating).rejects.toThrow("the socket is gone");
});

plain("an operation that is told to give up does, asleep or not", async () => {
  const { controller, operating, to } = participating({});
  await to(3);
  controller.abort(new Error("the operator pressed stop"));
  await expect(operating).rejects.toThrow("the operator pressed stop");
});

plain("a machine that breaks its law ends the operation by name", async () => {
  const plan: ChainPlan = { role: "participant", session: sessionPart(stuck, null) };
  const { inputs, operating, to } = participating({}, plan);
  inputs.push({ type: "link", at: ZERO, channel: 2, event: "open" });
  await to(3);
  await expect(operating).rejects.toThrow(/stuck on channel 2/);
});

plain("an end that lies ahead of the clock is come to at once", async () => {
  const { inputs, operating, told } = participating({}, listening);
  const word: ChainInput = { type: "raw", at: ZERO, channel: 2, dir: "rx", bytes: new Uint8Array([0x61]) };
  inputs.push(word, { type: "end", at: nanos(100) });
  inputs.end();
  await operating;
  expect(told.map(({ at, type }): [Nanos, string] => [at, type])).toEqual([
    [0, "channel"],
    [0, "raw"],
    [5, "output"],
    [5, "output"],
    [10, "output"],
    [100, "end"],
    [100, "output"],
  ]);
});

plain("what waits to be heard is heard before a deadline fires, however late everybody is", async () => {
  const clock = new VirtualClock(rest);
  await clock.advance(nanos(1_000));
  const byte = (at: number): ChainInput => {
    return { type: "raw", at: nanos(at), channel: 2, dir: "rx", bytes: new Uint8Array([0x61]) };
  };
  const end: ChainInput = { type: "end", at: nanos(8) };
  const inputs = (async function* (): AsyncGenerator<readonly WorldRecord[]> {
    for (const batch of [[byte(0)], [byte(4)], [byte(8), end]]) {
      // What waits passes through many hands.
      for (let hands = 0; hands < 20; hands += 1) await undefined;
      yield batch;
    }
  })();
  const told: Told[] = [];
  const observe = (observations: readonly Told[]): void => void told.push(...observations);
  await operate(listening, { inputs, clock, origin: ZERO, observe, settle: turn, signal: never });
  expect(told.filter(({ type }) => type === "raw").map(({ at }) => at)).toEqual([0, 4, 8]);
  expect(told.find(isSaid)).toMatchObject({ at: 8, value: { type: "fault", fault: "unfinished", span: [0, 3] } });
});
