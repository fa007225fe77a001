import assert from "node:assert/strict";
import { test } from "node:test";
import type { Elapsed, Nanos, Session, SessionInput } from "fieldtape/plugin";
import { create, PLUGIN_ABI } from "../src/my-plugin.js";

const line = (text: string): SessionInput => ({
  type: "frame",
  frame: { type: "frame", dir: "rx", span: [0, 0], text },
});
const elapsed: Elapsed = { type: "elapsed" };

/** What the machine says to these inputs, each at its time in milliseconds; and when it next wants to hear. */
function talk(...inputs: readonly (readonly [at: number, input: SessionInput | Elapsed])[]) {
  const machine = create().session as Session<unknown>;
  let state = machine.initial({ silenceMs: 200 });
  const states = inputs.flatMap(([at, input]) => {
    const step = machine.step(state, input, (at * 1_000_000) as Nanos);
    state = step.state;
    return step.outputs.map((output) => (output.type === "say" ? output.value["state"] : output.type));
  });
  const due = machine.deadline(state);
  return { states, due: due === undefined ? undefined : due / 1_000_000 };
}

test("it is written for this fieldtape", () => {
  assert.equal(PLUGIN_ABI, 1);
});

test("it says when the store turns warm or cold, and nothing while it stays so", () => {
  assert.deepEqual(talk([1, line("T 3")], [2, line("T 4")], [3, line("T 6")]).states, ["cold", "warm"]);
});

test("after a reading it waits for the next one, and no longer", () => {
  assert.equal(talk([1, line("T 3")], [50, line("T 3")]).due, 250);
  assert.deepEqual(talk([1, line("T 3")], [201, elapsed]), { states: ["cold", "silent"], due: undefined });
});

test("what is no reading is not heard", () => {
  assert.deepEqual(talk([1, line("hello")]), { states: [], due: undefined });
});
