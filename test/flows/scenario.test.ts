import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape, jsonLines } from "./command-line.ts";

const TAPE = `${[
  '{"type":"channel","at":0,"channel":0,"name":"a","kind":"stream","source":"tcp:10.0.0.7:502","settings":{}}',
  '{"type":"raw","at":5,"channel":0,"dir":"rx","text":"23.5\\n23"}',
  '{"type":"raw","at":9,"channel":0,"dir":"rx","text":".6\\n2"}',
].join("\n")}\n`;

function site(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "site.tape.jsonl"), TAPE);
  return folder;
}

const make = (cwd: string, ...args: string[]) =>
  fieldtape(
    ["scenario", "new", "text/meter", "--from", "site.tape.jsonl", "-s", "lines", "--why", "it stays", ...args],
    {
      cwd,
      env: { CI: "" },
    },
  );
const run = (cwd: string, ...args: string[]) => fieldtape(["suite", "run", ...args], { cwd });

test("a case is made of a recording, looked at, accepted, and passes", async () => {
  const cwd = site();
  const { code, stderr } = await make(cwd);
  expect(code).toBe(0);
  expect(stderr).toContain("suite accept text/meter");
  const folder = join(cwd, "corpora/text/meter");
  expect(readdirSync(folder).toSorted()).toEqual(["README.md", "scenario.yaml", "tape.jsonl"]);
  expect(readFileSync(join(folder, "tape.jsonl"), "utf8")).toBe(TAPE);
  expect(readFileSync(join(folder, "README.md"), "utf8")).toContain("tcp:10.0.0.7:502");
  expect(readFileSync(join(folder, "scenario.yaml"), "utf8")).toContain("fault = unfinished");
  expect(readFileSync(join(cwd, ".fieldtape/pending/text/meter/golden.jsonl"), "utf8")).toContain('"text":"23.6"');
  expect((await run(cwd)).code).toBe(6);
  await fieldtape(["suite", "accept", "text/meter", "--reason", "looked at"], { cwd, env: { CI: "" } });
  expect((await run(cwd, "--relations")).code).toBe(0);
});

test("a case that is accepted at once says why, and continuous integration may not", async () => {
  const cwd = site();
  const json = await make(cwd, "--accept", "--reason", "first golden", "--json");
  expect(json.code).toBe(0);
  expect(jsonLines(json.stdout)).toMatchObject([{ name: "text/meter", accepted: true, said: 3 }]);
  expect((await run(cwd)).code).toBe(0);
  const again = await make(cwd);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("such a case already")]);
  const args = ["scenario", "new", "b", "--from", "site.tape.jsonl", "-s", "lines", "--why", "w", "--accept"];
  const ci = await fieldtape([...args, "--reason", "r"], { cwd, env: { CI: "true" } });
  expect(ci.code).toBe(2);
  expect(existsSync(join(cwd, "corpora/b"))).toBe(false);
});

test("what is no tape, and what is no name, leaves nothing behind", async () => {
  const cwd = site();
  writeFileSync(join(cwd, "bundle.zip"), "PK\u0003\u0004");
  for (const [name, from, words] of [
    ["text/a", "bundle.zip", "does not end as a bundle does"],
    ["text/a", ".", "is a folder"],
    ["text/a", "missing.tape.jsonl", "missing.tape.jsonl"],
    ["../outside", "site.tape.jsonl", "is no name for a case"],
    ["/outside", "site.tape.jsonl", "is no name for a case"],
  ] as const) {
    const { code, stderr } = await fieldtape(["scenario", "new", name, "--from", from, "-s", "lines", "--why", "w"], {
      cwd,
    });
    expect([name, code, stderr]).toEqual([name, 2, expect.stringContaining(words)]);
  }
  expect(existsSync(join(cwd, "corpora"))).toBe(false);
});

test("a case is never written behind a link that leads out of the corpus", async () => {
  const cwd = site();
  mkdirSync(join(cwd, "corpora"));
  mkdirSync(join(cwd, "elsewhere"));
  symlinkSync(join(cwd, "elsewhere"), join(cwd, "corpora/text"));
  const { code, stderr } = await make(cwd);
  expect([code, stderr]).toEqual([2, expect.stringContaining("leads out of the corpus")]);
  expect(readdirSync(join(cwd, "elsewhere"))).toEqual([]);
});

const GOOD = "why: it stays\nprovenance: written for this test\nsubject: lines\n";

type Broken = readonly [name: string, yaml: string, code: string, words: string, tape?: string];

function corpusOf(cases: readonly Broken[]): string {
  const cwd = temporaryFolder();
  for (const [name, yaml, , , tape = TAPE] of cases) {
    const folder = join(cwd, "corpora", name.replaceAll(" ", "-"));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "scenario.yaml"), yaml);
    if (tape !== "") writeFileSync(join(folder, "tape.jsonl"), tape);
  }
  return cwd;
}

const bombLine = (n: number): string =>
  `  l${n}: &l${n} [${
    n === 0
      ? "x"
      : Array(9)
          .fill(`*l${n - 1}`)
          .join(", ")
  }]`;
const BOMB = `options:\n${Array.from({ length: 12 }, (_, n) => bombLine(n)).join("\n")}\n`;
const INVALID = "SCENARIO_INVALID";

const BROKEN: readonly Broken[] = [
  ["a fault that is none", `${GOOD}faults: [{ fault: explode, at: 1s }]\n`, INVALID, ":4: faults.0.fault"],
  ["a fault without a place", `${GOOD}faults:\n  - { fault: drop }\n`, INVALID, ":5: faults.0: needs a place"],
  ["a fault with two places", `${GOOD}faults:\n  - { fault: drop, at: 1s, record: 3 }\n`, INVALID, "takes one of"],
  ["a duration that is none", `${GOOD}faults:\n  - { fault: drop, at: soon }\n`, INVALID, ":5: faults.0.at"],
  ["a misspelt expectation", `${GOOD}expect:\n  - { abesnt: x exists }\n`, INVALID, "expect.0.abesnt: is no key"],
  ["a predicate that is none", `${GOOD}expect:\n  - absent: "a = = 3"\n`, INVALID, ":5: expect.0.absent"],
  ["a pattern too large", `${GOOD}expect:\n  - absent: 'a ~ "(x{900}){900}"'\n`, INVALID, "the pattern"],
  ["a pattern that looks back", `${GOOD}expect:\n  - absent: 'a ~ "(a+)\\1"'\n`, INVALID, "pattern is not valid"],
  ["nothing to hold it against", `${GOOD}golden: { mode: none }\n`, INVALID, "needs something under expect"],
  ["a relation that is none", `${GOOD}relations: { thrice: no }\n`, INVALID, "relations.thrice: is no key"],
  ["a fault that finds nothing", `${GOOD}faults: [{ fault: drop, at: 1h }]\n`, INVALID, "finds nothing to disturb"],
  ["a port that it has not", `${GOOD}faults: [{ fault: cut-power }]\n`, "OPTIONS_INVALID", "no ports"],
  ["a YAML bomb", GOOD + BOMB, INVALID, "too many aliases"],
  ["a tape that is none", GOOD, "TAPE_MALFORMED", "tape.jsonl", "nonsense\n"],
  ["no tape", GOOD, "INCOMPLETE", "has no tape", ""],
];

test("every broken case is told with its file, line and key, and nothing is written", async () => {
  const cwd = corpusOf(BROKEN);
  const before = readdirSync(join(cwd, "corpora"), { recursive: true });
  const { code, stdout } = await run(cwd, "--json");
  expect(code).toBe(2);
  expect(readdirSync(join(cwd, "corpora"), { recursive: true })).toEqual(before);
  const outcomes = new Map(jsonLines(stdout).map(({ name, outcome }) => [name, outcome]));
  for (const [name, , code, words] of BROKEN)
    expect([name, outcomes.get(name.replaceAll(" ", "-"))]).toEqual([
      name,
      { type: "failed", code, words: expect.stringContaining(words) },
    ]);
  expect(existsSync(join(cwd, ".fieldtape/pending"))).toBe(false);
});

test("a pattern that would explode elsewhere is matched in time linear in the text", async () => {
  const yaml = `${GOOD}golden: { mode: none }\noptions: { maximum: 200000 }\nexpect: [{ absent: 'text ~ "^(a+)+b$"' }]\n`;
  const cwd = corpusOf([["slow", yaml, "", "", TAPE.replace("23.5", "a".repeat(100_000))]]);
  expect((await run(cwd)).code).toBe(0);
});

test("a tape that is a link out of the corpus is refused", async () => {
  const cwd = corpusOf([["bad", GOOD, "", "", ""]]);
  writeFileSync(join(cwd, "secret.jsonl"), TAPE);
  symlinkSync(join(cwd, "secret.jsonl"), join(cwd, "corpora/bad/tape.jsonl"));
  const { code, stdout } = await run(cwd);
  expect([code, stdout]).toEqual([2, expect.stringContaining("leads out of the corpus")]);
  expect(existsSync(join(cwd, ".fieldtape/pending"))).toBe(false);
});
