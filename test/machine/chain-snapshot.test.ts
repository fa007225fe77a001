import { fc, test } from "@fast-check/vitest";
import { expect, test as plain } from "vitest";
import { Chain } from "../../src/machine/chain.ts";
import { type ChainPlan, framerPart } from "../../src/machine/chain-plan.ts";
import { ChainOutputs, replay } from "../../src/machine/replay.ts";
import { nanos } from "../../src/time/nanos.ts";
import { anyTape } from "./any-tape.ts";
import { options, raw } from "./chain-talk.ts";
import { frame, listening, words } from "./toys.ts";

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
