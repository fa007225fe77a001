import { expect, test } from "vitest";
import type { Said } from "../../../src/replayer/divergence.ts";
import { lintRules } from "../../../src/scenarios/goldens/lint.ts";
import { said } from "../differences/recordings.ts";

const run = (session: string, reading: number): Said[] => [
  said(10, { type: "frame", session, reading }),
  said(20, { type: "frame", session, reading }),
];

test("a rule that matches nothing is told", () => {
  const settings = { mode: "exact" as const, rules: [{ mask: "value.serial" }, { alias: "value.session" }] };
  expect(lintRules(settings, run("a", 1), run("a", 1))).toEqual(["golden.rules.0 (mask value.serial) matches nothing"]);
});

test("a rule that hides what differed between two runs is told, with what it hides", () => {
  const settings = { mode: "exact" as const, rules: [{ alias: "value.session" }, { mask: "value.reading" }] };
  expect(lintRules(settings, run("a", 1), run("b", 1))).toEqual([
    "golden.rules.0 (alias value.session) hides value.session, which differed between two runs",
  ]);
  expect(lintRules(settings, run("a", 1), run("a", 2))).toEqual([
    "golden.rules.1 (mask value.reading) hides value.reading, which differed between two runs",
  ]);
});

test("rules that two alike runs need nothing of are in order", () => {
  const settings = { mode: "digest" as const, rules: [{ alias: "value.session" }] };
  expect(lintRules(settings, run("a", 1), run("a", 1))).toEqual([]);
});
