import { expect, test } from "vitest";
import { nearestWords } from "../../src/bytes/nearest-word.ts";
import { parseConfig } from "../../src/cli/config/schema.ts";
import { parseScenario } from "../../src/scenarios/schema.ts";

const told = (value: unknown): string[] => {
  const parsed = parseConfig(value);
  return "problems" in parsed ? parsed.problems.map(({ path, message }) => `${path.join(".")}: ${message}`) : [];
};

test.for([
  [
    "a misspelt key, first of all",
    { subject: 3, subjcts: {} },
    ["subjcts: is no key of a configuration; did you mean subjects?", "subject: must be a text"],
  ],
  ["a key that is like no other", { frobnicate: 1 }, ["frobnicate: is no key of a configuration"]],
  [
    "a misspelt key deep inside",
    { subjects: { a: { module: "./a.ts", limits: { silnceMs: 10 } } } },
    ["subjects.a.limits.silnceMs: is no key of a configuration; did you mean silenceMs?"],
  ],
  [
    "a misspelt key in one of several forms",
    { subjects: { a: { module: "./a.ts", optoins: {} } } },
    ["subjects.a.optoins: is no key of a configuration; did you mean options?"],
  ],
  [
    "a form that was not begun",
    { subjects: { a: {} } },
    [expect.stringContaining('subjects.a: must have "subject" (a built-in one), "module"')],
  ],
  ["what is missing", { channels: { plc: {} } }, ["channels.plc.source: is missing"]],
  [
    "a name that no flag could carry",
    { subjects: { "My Parser": { subject: "lines" } } },
    ["subjects.My Parser: must be lower-case words joined by dashes"],
  ],
  [
    "a number out of bounds",
    { subjects: { a: { module: "./a.ts", limits: { silenceMs: 1, memoryMiB: 1.5 } } } },
    ["subjects.a.limits.silenceMs: must be at least 10", "subjects.a.limits.memoryMiB: must be a whole number"],
  ],
  [
    "an empty text and a choice",
    { subjects: { a: { command: [""], role: "spy" } } },
    ["subjects.a.command.0: must not be empty", "subjects.a.role: must be one of: observer, participant"],
  ],
] as const)("%s is named in plain words", ([, value, problems]) => {
  expect(told(value)).toEqual(problems);
});

test("a scenario is told the same way", () => {
  const parsed = parseScenario({ why: 3, provenance: "here", subject: "lines", goldn: {} });
  expect("problems" in parsed && parsed.problems.map(({ path, message }) => `${path.join(".")}: ${message}`)).toEqual([
    "goldn: is no key of a scenario; did you mean golden?",
    "why: must be a text",
  ]);
});

test("a word that is near is suggested, a far one is not", () => {
  expect(nearestWords("sute", ["suite", "site", "tape"])).toEqual(["suite", "site"]);
  expect(nearestWords("x", ["suite"])).toEqual([]);
});
