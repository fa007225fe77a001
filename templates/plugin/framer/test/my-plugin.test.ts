import assert from "node:assert/strict";
import { test } from "node:test";
import type { Framer, FramerInput, FramerOutput, Nanos } from "fieldtape/plugin";
import { create, PLUGIN_ABI } from "../src/my-plugin.js";

/** What the machine says to these inputs, one after the other. */
function said(...inputs: readonly (string | FramerInput)[]): FramerOutput[] {
  const machine = create().framer as Framer<unknown>;
  let state = machine.initial({ options: {}, dir: "rx", kind: "stream" });
  return inputs.flatMap((input) => {
    const heard: FramerInput =
      typeof input === "string" ? { type: "bytes", bytes: new TextEncoder().encode(input) } : input;
    const step = machine.step(state, heard, 0 as Nanos);
    state = step.state;
    return [...step.outputs];
  });
}

test("it is written for this fieldtape", () => {
  assert.equal(PLUGIN_ABI, 1);
});

test("a reading is a frame, with its place on the wire", () => {
  assert.deepEqual(said("T 21.5\r\nT -3\n"), [
    { type: "frame", dir: "rx", span: [0, 8], celsius: 21.5 },
    { type: "frame", dir: "rx", span: [8, 5], celsius: -3 },
  ]);
});

test("however the reads are cut, it says the same", () => {
  const text = "T 1\nnoise\nT 2\n";
  for (let cut = 1; cut < text.length; cut += 1)
    assert.deepEqual(said(text.slice(0, cut), text.slice(cut)), said(text));
});

test("noise is a fault, and the next reading is found behind it", () => {
  const [noise, reading] = said("noise\nT 2\n");
  assert.deepEqual(noise, { type: "fault", fault: "no-reading", dir: "rx", span: [0, 6], raw: "6e6f6973650a" });
  assert.deepEqual(reading, { type: "frame", dir: "rx", span: [6, 4], celsius: 2 });
});

test("a line that lost bytes tear apart is not joined", () => {
  const [torn, rest] = said("T 2", { type: "gap", cause: "overrun" }, "1\n");
  assert.equal(torn?.["fault"], "interrupted");
  assert.equal(rest?.["fault"], "no-reading");
});

test("a line without an end is given up at its limit", () => {
  const [fault] = said("x".repeat(300));
  assert.equal(fault?.["fault"], "too-long");
});
