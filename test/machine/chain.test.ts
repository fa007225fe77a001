import { fc, test } from "@fast-check/vitest";
import { expect, test as plain } from "vitest";
import { Chain } from "../../src/machine/chain.ts";
import {
  type ChainInput,
  type ChainOutput,
  type ChainPlan,
  framerPart,
  sessionPart,
} from "../../src/machine/chain-plan.ts";
import { ChainOutputs, replay } from "../../src/machine/replay.ts";
import { type Nanos, nanos } from "../../src/time/nanos.ts";
import { anyTape } from "./any-tape.ts";
import { frame, heartbeat, listening, metronome, stuck, talk, words } from "./toys.ts";

const options = { time: "recorded", drain: nanos(100) } as const;

/** The outputs in short: `at machine channel what`. */
function said(outputs: readonly ChainOutput[]): string[] {
  return outputs.map((output) => {
    if (output.type === "raw") return `${output.at} ${output.dir} ${output.channel} ${text(output.bytes)}`;
    const { type, state, fault, word, dir, cause, change, link } = output.value;
    const what = [type, state ?? fault ?? cause ?? change ?? link, dir, typeof word === "string" ? text(word) : ""];
    return `${output.at} ${output.machine} ${output.channel} ${what.filter((one) => one).join(" ")}`;
  });
}

const text = (bytes: Uint8Array | string): string =>
  (typeof bytes === "string" ? Buffer.from(bytes, "hex") : Buffer.from(bytes)).toString();

function raw(at: number, channel: number, dir: "rx" | "tx", word: string): ChainInput {
  return { type: "raw", at: nanos(at), channel, dir, bytes: new TextEncoder().encode(word) };
}

plain("a session hears the frames of both directions in the order of the tape, each right after it is said", () => {
  const tape = [raw(0, 0, "tx", "ask;"), raw(2, 0, "rx", "an"), raw(3, 0, "rx", "swer;more;")];
  expect(said(replay(listening, tape, options))).toEqual([
    "0 words 0 frame tx ask;",
    "0 talk 0 state heard ask;",
    "3 words 0 frame rx answer;",
    "3 talk 0 state heard answer;",
    "3 words 0 frame rx more;",
    "3 talk 0 state heard more;",
    "8 talk 0 state quiet",
    "103 talk 0 state over",
  ]);
});

plain("deadlines of one time go by channel, rx before tx, framer before session", () => {
  const tape = [
    raw(0, 7, "tx", "a"),
    raw(0, 7, "rx", "b"),
    raw(0, 2, "tx", "c"),
    raw(0, 7, "tx", ""),
    { type: "link", at: nanos(0), channel: 2, event: "open" } as const,
    raw(0, 2, "tx", "d"),
  ];
  const quick: ChainPlan = { ...listening, session: sessionPart(talk, { quiet: 5 }) };
  expect(said(replay(quick, tape, options)).slice(0, 7)).toEqual([
    "0 talk 2 link open",
    "5 words 2 frame tx cd",
    "5 talk 2 state heard cd",
    "5 words 7 frame rx b",
    "5 talk 7 state heard b",
    "5 words 7 frame tx a",
    "5 talk 7 state heard a",
  ]);
});

plain("bytes that come at the very moment of a deadline come before it", () => {
  const tape = [raw(0, 0, "rx", "a"), raw(5, 0, "rx", "b"), raw(11, 0, "rx", "c")];
  expect(said(replay({ role: "observer", framer: framerPart(words, { silence: 5 }) }, tape, options))).toEqual([
    "10 words 0 frame rx ab",
    "16 words 0 frame rx c",
  ]);
});

plain("a datagram ends what it began", () => {
  const tape: ChainInput[] = [{ type: "channel", at: nanos(0), channel: 4, kind: "datagram" }, raw(1, 4, "rx", "a;b")];
  expect(said(replay(listening, tape, options)).slice(0, 4)).toEqual([
    "1 words 4 frame rx a;",
    "1 talk 4 state heard a;",
    "1 words 4 fault truncated rx",
    "1 talk 4 state heard truncated",
  ]);
});

plain("a gap without a channel interrupts every channel, in order; one with a direction only that", () => {
  const tape: ChainInput[] = [
    raw(0, 9, "rx", "a"),
    raw(0, 1, "tx", "b"),
    raw(0, 1, "rx", "c"),
    { type: "gap", at: nanos(1), channel: 1, dir: "tx", cause: "queue" },
    { type: "gap", at: nanos(2), cause: "overrun" },
  ];
  expect(said(replay(listening, tape, options)).slice(0, 9)).toEqual([
    "1 words 1 fault interrupted tx",
    "1 talk 1 state heard interrupted",
    "1 talk 1 gap queue tx",
    "2 words 1 fault interrupted rx",
    "2 talk 1 state heard interrupted",
    "2 talk 1 gap overrun",
    "2 words 9 fault interrupted rx",
    "2 talk 9 state heard interrupted",
    "2 talk 9 gap overrun",
  ]);
});

plain("a half-close interrupts the direction that fell silent, a close both", () => {
  const begun = [raw(0, 0, "rx", "a"), raw(0, 0, "tx", "b")];
  const framers: ChainPlan = { role: "observer", framer: framerPart(words, {}) };
  const after = (link: object): string[] =>
    said(replay(framers, [...begun, { type: "link", at: nanos(1), channel: 0, ...link } as ChainInput], options));
  expect(after({ event: "half-close", dir: "tx" })[0]).toBe("1 words 0 fault interrupted tx");
  expect(after({ event: "half-close", dir: "tx" })[1]).toBe("101 words 0 fault unfinished rx");
  expect(after({ event: "close" })).toEqual(["1 words 0 fault interrupted rx", "1 words 0 fault interrupted tx"]);
  expect(after({ event: "open" })[0]).toBe("101 words 0 fault unfinished rx");
});

plain("what is unfinished at the end is said once, even if the tape has an end of its own", () => {
  const tape: ChainInput[] = [raw(0, 0, "rx", "a"), { type: "end", at: nanos(500) }];
  const framers: ChainPlan = { role: "observer", framer: framerPart(words, {}) };
  expect(said(replay(framers, tape, options))).toEqual(["500 words 0 fault unfinished rx"]);

  const [first, second] = [new ChainOutputs(), new ChainOutputs()];
  const chain = new Chain(listening, first, options);
  for (const record of [...tape, { type: "end", at: nanos(600) } as const]) chain.take(record);
  expect(said(first.take()).slice(1)).toEqual([
    "5 talk 0 state heard a",
    "10 talk 0 state quiet",
    "500 talk 0 state over",
  ]);

  const restored = new Chain(listening, second, options);
  restored.restore(chain.snapshot());
  restored.take({ type: "end", at: nanos(700) });
  expect(second.take()).toEqual([]);
  restored.take({ type: "gap", at: nanos(700), cause: "paused" });
  restored.take({ type: "end", at: nanos(800) });
  expect(said(second.take()).at(-1)).toBe("800 talk 0 state over");
});

plain("a deadline at the very end of a run comes after the end is heard", () => {
  const plan: ChainPlan = { role: "observer", session: sessionPart(metronome, { every: 10 }) };
  const tape: ChainInput[] = [{ type: "channel", at: nanos(0), channel: 0, kind: "stream" }];
  expect(said(replay(plan, tape, { ...options, drain: nanos(20) }))).toEqual([
    "10 metronome 0 state tick",
    "20 metronome 0 state end",
    "20 metronome 0 state tick",
  ]);
});

plain("a participant hears rx alone; what it sends and asks for comes out in its place", () => {
  const beating: ChainPlan = {
    role: "participant",
    framer: framerPart(words, {}),
    session: sessionPart(heartbeat, { every: 10, word: "hi;" }),
  };
  const tape: ChainInput[] = [
    { type: "channel", at: nanos(3), channel: 0, kind: "stream" },
    { type: "link", at: nanos(3), channel: 0, event: "open" },
    raw(4, 0, "tx", "recorded;"),
    raw(4, 0, "rx", "heard;"),
    { type: "link", at: nanos(14), channel: 0, event: "half-close", dir: "tx" },
    { type: "link", at: nanos(25), channel: 0, event: "reset", dir: "tx" },
  ];
  expect(said(replay(beating, tape, { ...options, drain: nanos(6) }))).toEqual([
    "3 heartbeat 0 state up",
    "3 tx 0 hi;",
    "4 words 0 frame rx heard;",
    "13 tx 0 hi;",
    "23 tx 0 hi;",
    "25 heartbeat 0 state down",
    "25 heartbeat 0 ask open",
  ]);
});

plain("an observer that wants to send is refused by name", () => {
  const plan: ChainPlan = { role: "observer", session: sessionPart(heartbeat, { every: 10, word: "hi;" }) };
  const tape: ChainInput[] = [{ type: "channel", at: nanos(0), channel: 0, kind: "stream" }];
  expect(() => replay(plan, tape, options)).toThrow(/heartbeat on channel 0 is an observer, and yet it wants to ask/);
});

plain("a machine whose deadline does not move on is named, not spun on", () => {
  const plan: ChainPlan = { role: "observer", session: sessionPart(stuck, null) };
  const tape: ChainInput[] = [{ type: "link", at: nanos(4), channel: 3, event: "open" }];
  expect(() => replay(plan, tape, options)).toThrow(/stuck on channel 3 heard at 4 ns that its deadline has come/);
});

plain("a heartbeat of a nanosecond in an hour's gap counts as hung", () => {
  const plan: ChainPlan = { role: "participant", session: sessionPart(heartbeat, { every: 1, word: "" }) };
  const chain = new Chain(plan, new ChainOutputs(), { ...options, deadlinesMax: 1_000 });
  chain.take({ type: "channel", at: nanos(0), channel: 0, kind: "stream" });
  chain.elapse(nanos(999));
  chain.take({ type: "mark", at: nanos(999) });
  expect(() => chain.elapse(nanos(3_600_000_000_000))).toThrow(/heartbeat has heard more than 1000 times/);
});

plain("more channels than memory is for are refused", () => {
  const chain = new Chain({ role: "observer", framer: framerPart(words, {}) }, new ChainOutputs(), options);
  const declare = (channel: number): void => chain.take({ type: "channel", at: nanos(0), channel, kind: "stream" });
  for (let channel = 0; channel < 250_000; channel += 1) declare(channel);
  declare(0);
  expect(() => declare(250_000)).toThrow(/more than 250000 channels/);
});

plain("a record from the past is a bug of whoever feeds it", () => {
  const chain = new Chain(listening, new ChainOutputs(), options);
  chain.take(raw(5, 0, "rx", "a"));
  expect(() => chain.take(raw(4, 0, "rx", "a"))).toThrow(/4 ns comes after 5 ns/);
});

// ── The law of order, against the simplest thing that keeps it ──────────────────────────────────────────────────────

/** Looks through all instances for whoever is next, one step at a time. */
function byTheLaw(tape: readonly ChainInput[], end: number): string[] {
  const lines: string[] = [];
  const kinds = new Map<number, "stream" | "datagram">();
  const instances = new Map<number, { wake(at: Nanos): void; due(): number | undefined }>();
  const framers = new Map<string, (input: unknown, at: Nanos) => void>();
  const sessions = new Map<number, (input: unknown, at: Nanos) => void>();
  const seat = (order: number, machine: { step: unknown; deadline: unknown }, first: unknown, hear: unknown) => {
    const { step, deadline } = machine as typeof words;
    let state = first as Parameters<typeof step>[0];
    const tell = (input: never, at: Nanos): void => {
      const done = step(state, input, at);
      state = done.state;
      for (const output of done.outputs) (hear as (output: unknown, at: Nanos) => void)(output, at);
    };
    instances.set(order, { due: () => deadline(state), wake: (at) => tell({ type: "elapsed" } as never, at) });
    return tell as (input: unknown, at: Nanos) => void;
  };
  const open = (channel: number): void => {
    if (sessions.has(channel)) return;
    const say = (machine: string, at: Nanos, value: never): number =>
      lines.push(...said([{ type: "output", at, machine, channel, value }]));
    const told = seat(channel * 3 + 2, talk, talk.initial({ quiet: 5 }), (output: { value: never }, at: Nanos) =>
      say("talk", at, output.value),
    );
    sessions.set(channel, told);
  };
  const framing = (channel: number, dir: "rx" | "tx") => {
    const known = framers.get(`${channel}${dir}`);
    if (known !== undefined) return known;
    const first = words.initial({ options: { silence: 5 }, dir, kind: kinds.get(channel) ?? "stream" });
    const made = seat(channel * 3 + (dir === "rx" ? 0 : 1), words, first, (output: { type: string }, at: Nanos) => {
      lines.push(...said([{ type: "output", at, machine: "words", channel, value: output as never }]));
      sessions.get(channel)?.(
        output.type === "frame" ? { type: "frame", frame: output } : { type: "fault", fault: output },
        at,
      );
    });
    framers.set(`${channel}${dir}`, made);
    return made;
  };
  const wakeUpTo = (limit: number): void => {
    for (;;) {
      const [next] = [...instances]
        .flatMap(([order, one]) => (one.due() === undefined ? [] : [{ order, due: one.due() as number, one }]))
        .sort((a, b) => a.due - b.due || a.order - b.order);
      if (next === undefined || next.due > limit) return;
      next.one.wake(nanos(next.due));
    }
  };
  const interrupt = (channel: number, dirs: readonly ("rx" | "tx")[], framer: object, session: object, at: Nanos) => {
    for (const dir of dirs) framers.get(`${channel}${dir}`)?.(framer, at);
    sessions.get(channel)?.(session, at);
  };
  for (const record of tape) {
    wakeUpTo(record.at - 1);
    const { at } = record;
    if (record.type === "channel") {
      open(record.channel);
      kinds.set(record.channel, record.kind);
    } else if (record.type === "raw") {
      open(record.channel);
      framing(record.channel, record.dir)({ type: "bytes", bytes: record.bytes }, at);
      if (kinds.get(record.channel) === "datagram") framing(record.channel, record.dir)({ type: "boundary" }, at);
    } else if (record.type === "link") {
      open(record.channel);
      const change = record.event;
      const dirs = change === "half-close" && record.dir !== undefined ? [record.dir] : (["rx", "tx"] as const);
      interrupt(record.channel, dirs, { type: "link", change }, { type: "link", change }, at);
    } else if (record.type === "gap") {
      const { cause, dir } = record;
      if (record.channel !== undefined) open(record.channel);
      const concerned = record.channel === undefined ? [...sessions.keys()].sort() : [record.channel];
      const dirs = dir === undefined ? (["rx", "tx"] as const) : [dir];
      for (const one of concerned) interrupt(one, dirs, { type: "gap", cause }, { type: "gap", cause, dir }, at);
    }
  }
  wakeUpTo(end - 1);
  const over = { type: "end" };
  for (const one of [...sessions.keys()].sort()) interrupt(one, ["rx", "tx"], over, over, nanos(end));
  wakeUpTo(end);
  return lines;
}

test.prop([anyTape])("the order is the law's, whatever the tape", (tape) => {
  const outputs = replay(listening, tape, options);
  const last = tape.at(-1)?.at ?? 0;
  expect(said(outputs)).toEqual(byTheLaw(tape, last + 100));
  for (const [index, output] of outputs.entries())
    expect(output.at).toBeGreaterThanOrEqual(outputs[index - 1]?.at ?? 0);
});

test.prop([anyTape, fc.nat()])(
  "a snapshot at any record, restored, goes on as if nothing had happened",
  (tape, place) => {
    const cut = place % (tape.length + 1);
    const before = new ChainOutputs();
    const first = new Chain(listening, before, options);
    for (const record of tape.slice(0, cut)) first.take(record);
    const snapshot = first.snapshot();

    const after = new ChainOutputs();
    const second = new Chain(listening, after, options);
    for (const record of tape) second.take(record);
    second.restore(snapshot);
    after.take();
    expect(second.snapshot()).toEqual(snapshot);
    expect([second.deadline, second.now]).toEqual([first.deadline, first.now]);
    for (const record of tape.slice(cut)) second.take(record);
    const at = nanos((tape.at(-1)?.at ?? 0) + 100);
    second.take({ type: "end", at });
    second.elapse(at);
    expect([...before.take(), ...after.take()]).toEqual(replay(listening, tape, options));
  },
);

plain("a snapshot of another chain, or none at all, is refused", () => {
  const chain = (plan: ChainPlan): Chain => new Chain(plan, new ChainOutputs(), options);
  const snapshot = chain(listening).snapshot();
  expect(() => chain({ role: "observer", framer: framerPart(words, {}) }).restore(snapshot)).toThrow(/other machines/);
  expect(() => chain(listening).restore(new Uint8Array(9))).toThrow(/cannot be read/);
});

plain("a frame that a restored framer says is the one that the first would have said", () => {
  const plan: ChainPlan = { role: "observer", framer: framerPart(words, {}) };
  const first = new Chain(plan, new ChainOutputs(), options);
  first.take(raw(0, 0, "rx", "one;tw"));
  const outputs = new ChainOutputs();
  const second = new Chain(plan, outputs, options);
  second.restore(first.snapshot());
  second.take(raw(1, 0, "rx", "o;"));
  expect(outputs.take()).toEqual([
    { type: "output", at: nanos(1), machine: "words", channel: 0, value: frame("two;", 4) },
  ]);
});
