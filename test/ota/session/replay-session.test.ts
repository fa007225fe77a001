import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/bytes/json.ts";
import { ReplaySession } from "../../../src/ota/session/replay-session.ts";
import { nanos } from "../../../src/time/nanos.ts";

interface Line {
  readonly type: string;
  readonly at: number;
  readonly value: JsonObject;
}

/** The recorded session of a case, without header and hashes. */
function linesOf(name: string): Line[] {
  const path = resolve(import.meta.dirname, "../../../corpora/ota", name, "tape.jsonl");
  return readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line)
    .filter(({ type }) => type === "input" || type === "output");
}

const inputs = (lines: readonly Line[]): Line[] => lines.filter(({ type }) => type === "input");
const outputs = (lines: readonly Line[]): JsonObject[] =>
  lines.filter(({ type }) => type === "output").map(({ value }) => value);
const isAnswerTo = (key: RegExp) => (line: Line) => line.type === "input" && key.test(String(line.value["to"]));

function played(lines: readonly Line[]): JsonObject[] {
  const session = new ReplaySession();
  for (const { value, at } of lines) session.hear(value, nanos(at));
  session.end(nanos(lines.at(-1)?.at ?? 0));
  return session.take().map(({ value }) => value as JsonObject);
}

test("a recorded session is what the updater of today says to it", () => {
  for (const name of ["clean", "resumed", "rolled-back", "root-rotated", "refused-wrong-device"]) {
    const lines = linesOf(name);
    expect(played(inputs(lines))).toEqual(outputs(lines));
  }
});

test("an ask that the tape has no answer for ends unanswered, and the answer that nobody wanted is named", () => {
  const lines = inputs(linesOf("clean"));
  const without = lines.filter((line) => !isAnswerTo(/^GET timestamp\.json$/)(line));
  expect(played(without).at(-1)).toEqual({
    type: "unanswered",
    asked: "GET timestamp.json",
    recorded: "read 2",
  });
});

test("an answer that comes before it is asked for waits", () => {
  const lines = linesOf("clean");
  const [wall] = inputs(lines).filter(isAnswerTo(/^wall$/));
  const early = inputs(lines).filter((line) => line !== wall);
  early.splice(1, 0, { ...wall!, at: early[1]!.at });
  expect(played(early)).toEqual(outputs(lines));
});

test("what no session hears is passed over", () => {
  const lines = inputs(linesOf("refused-wrong-device"));
  const strange = [{ type: "nonsense" }, { type: "joined" }, { type: "answer", ask: "one" }].map((value) => ({
    ...lines[3]!,
    value,
  }));
  const mixed = [...lines.slice(0, 4), ...strange, ...lines.slice(4)];
  expect(played(mixed)).toEqual(outputs(linesOf("refused-wrong-device")));
});
