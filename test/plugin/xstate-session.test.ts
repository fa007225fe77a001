import { describe, expect, test } from "vitest";
import { assign, createActor, createMachine, emit, fromCallback } from "xstate";
import { Chain } from "../../src/machine/chain.ts";
import { type ChainRecord, framerPart, sessionPart } from "../../src/machine/chain-plan.ts";
import { ChainOutputs } from "../../src/machine/replay.ts";
import { xstateSession } from "../../src/plugin/xstate-session.ts";
import { LINES_OPTIONS, lines } from "../../src/protocol/lines.ts";
import { nanos } from "../../src/time/nanos.ts";
import { MS, reads } from "./records.ts";

/** Says when 200 ms went by without a line, and how many lines there were. */
const watch = createMachine({
  context: { lines: 0 },
  initial: "quiet",
  on: { line: { target: ".talking", actions: assign({ lines: ({ context }) => context.lines + 1 }), reenter: true } },
  states: {
    quiet: {},
    talking: {
      after: {
        200: { target: "quiet", actions: emit(({ context }) => ({ type: "state", state: "silent", ...context })) },
      },
    },
  },
});

const session = xstateSession("watch", {
  actor: (options) => createActor(watch, options),
  event: (input) => (input.type === "frame" ? { type: "line" } : undefined),
});

function chainOf(one: typeof session = session): { chain: Chain; outputs: ChainOutputs } {
  const outputs = new ChainOutputs();
  const plan = { role: "observer", framer: framerPart(lines, LINES_OPTIONS), session: sessionPart(one, {}) } as const;
  return { chain: new Chain(plan, outputs, { time: "recorded" }), outputs };
}

const states = (outputs: ChainOutputs): unknown[] =>
  outputs
    .take()
    .flatMap((output) => (output.type === "output" && output.machine === "watch" ? [[output.at, output.value]] : []));

const [first, second]: readonly (ChainRecord | undefined)[] = reads([1_834_211, "a\n"], [100 * MS + 7, "b\n"]);

describe("an XState machine", () => {
  test("its delayed transitions happen in the tape's time, and what it emits goes on the tape", () => {
    const { chain, outputs } = chainOf();
    chain.take(first!);
    chain.take(second!);
    chain.elapse(nanos(1_000 * MS));
    expect(states(outputs)).toEqual([[300 * MS + 7, { type: "state", state: "silent", lines: 2 }]]);
  });

  test("a snapshot holds its state and what it waits for, so that a run that goes on from it ends alike", () => {
    const before = chainOf();
    before.chain.take(first!);
    const snapshot = before.chain.snapshot();
    before.chain.elapse(nanos(1_000 * MS));
    const after = chainOf();
    after.chain.restore(snapshot);
    expect(after.chain.deadline).toBe(201_834_211);
    // Again, before anything was heard: nothing is lost by looking.
    expect(after.chain.snapshot()).toEqual(snapshot);
    after.chain.elapse(nanos(1_000 * MS));
    const expected = states(before.outputs);
    expect(expected).toHaveLength(1);
    expect(states(after.outputs)).toEqual(expected);
  });

  test("a line that comes after the snapshot puts off what waited in it", () => {
    const before = chainOf();
    before.chain.take(first!);
    const after = chainOf();
    after.chain.restore(before.chain.snapshot());
    after.chain.take(second!);
    after.chain.elapse(nanos(1_000 * MS));
    expect(states(after.outputs)).toEqual([[300 * MS + 7, { type: "state", state: "silent", lines: 2 }]]);
  });

  test("each channel has an actor of its own", () => {
    const { chain, outputs } = chainOf();
    for (const channel of [0, 1])
      chain.take({ type: "raw", at: nanos(1), channel, dir: "rx", bytes: new Uint8Array([0x0a]) });
    chain.elapse(nanos(1_000 * MS));
    expect(states(outputs)).toMatchObject([
      [200 * MS + 1, { lines: 1 }],
      [200 * MS + 1, { lines: 1 }],
    ]);
  });

  test("one with child actors says that no snapshot can be made, and how to live with that", () => {
    const parent = createMachine({ invoke: { src: fromCallback(() => undefined), id: "child" } });
    const { chain } = chainOf(
      xstateSession("watch", { actor: (options) => createActor(parent, options), event: () => undefined }),
    );
    chain.take(first!);
    expect(() => chain.snapshot()).toThrow(/child actors/);
  });
});
