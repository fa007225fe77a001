import { expect, test as plain } from "vitest";
import { Chain } from "../../src/machine/chain.ts";
import { type ChainInput, type ChainPlan, framerPart, sessionPart } from "../../src/machine/chain-plan.ts";
import { ChainOutputs, replay } from "../../src/machine/replay.ts";
import { nanos } from "../../src/time/nanos.ts";
import { options, raw, said } from "./chain-talk.ts";
import { heartbeat, listening, metronome, stuck, talk, words } from "./toys.ts";

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
