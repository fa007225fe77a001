import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { jsonLines } from "./command-line.ts";
import { acceptAll, suite, writeCase, writtenCorpus } from "./suite-corpus.ts";

const PROGRAM = resolve(import.meta.dirname, "../../bin/run.js");

test("a word that the base reached and nobody reaches now is lost, and that can fail", async () => {
  const cwd = writtenCorpus({ "a/text": {}, "a/long": { text: "too long\n", extra: "options: { maximum: 4 }\n" } });
  await acceptAll(cwd);
  await suite(cwd, "run", "--result", "base.json");
  expect((await suite(cwd, "coverage")).stdout).toContain("lines too-long");
  expect((await suite(cwd, "coverage", "--uncovered")).stdout).toContain("nmea bad-checksum");
  expect((await suite(cwd, "coverage", "--uncovered")).stdout).not.toContain("lines too-long");
  expect((await suite(cwd, "coverage", "--base", "base.json", "--fail-on-loss")).code).toBe(0);
  rmSync(join(cwd, "corpora/a/long"), { recursive: true });
  const { code, stdout } = await suite(cwd, "coverage", "--base", "base.json", "--fail-on-loss");
  expect(code).toBe(1);
  expect(stdout).toMatch(/lost: faults +lines too-long/);
});

test("a case that is covered by another one is moved, never deleted", async () => {
  const cwd = writtenCorpus({ "a/one": {}, "a/same": { text: "24\n25\n" } });
  await acceptAll(cwd);
  const looked = await suite(cwd, "minimise");
  expect(looked.stdout).toBe("a/same  is covered by a/one\n");
  expect(existsSync(join(cwd, "corpora/a/same"))).toBe(true);
  expect((await suite(cwd, "minimise", "--to", "corpora/spare")).code).toBe(2);
  expect((await suite(cwd, "minimise", "--to", "spare")).code).toBe(0);
  expect(existsSync(join(cwd, "corpora/a/same"))).toBe(false);
  expect(readFileSync(join(cwd, "spare/a/same/tape.jsonl"), "utf8")).toContain("24");
});

test("a golden that looks at nothing is named with what it would not notice", async () => {
  const cwd = writtenCorpus({
    "a/blind": { extra: 'golden: { mode: none }\nexpect: [{ some: "value.type = frame" }]\n' },
    "a/exact": {},
  });
  await acceptAll(cwd);
  const { stdout, stderr } = await suite(cwd, "strength", "--json");
  const [blind, exact] = jsonLines(stdout);
  expect(blind).toMatchObject({ name: "a/blind", missed: expect.arrayContaining(["lines frame value.text changed"]) });
  expect(exact).toMatchObject({ name: "a/exact", missed: [] });
  expect(stderr).toContain("ways of being wrong");
});

test("two builds are compared without goldens, and one change is one cause in all cases", async () => {
  const cwd = writtenCorpus({ "a/one": {}, "a/two": { text: "24\n" }, "b/three": { text: "1\n2\n" } });
  writeFileSync(join(cwd, "package.json"), "{}");
  writeCase(cwd, "a/one", { subject: "meter" });
  writeCase(cwd, "a/two", { subject: "meter", text: "24\n" });
  const config = (maximum: number) =>
    JSON.stringify({ subjects: { meter: { subject: "lines", options: { maximum } } } });
  writeFileSync(join(cwd, "base.json"), config(64));
  writeFileSync(join(cwd, "head.json"), config(1));
  const build = (file: string): string => {
    const path = join(cwd, `${file}.mjs`);
    writeFileSync(
      path,
      `process.argv.push("--config", ${JSON.stringify(join(cwd, `${file}.json`))}); await import(${JSON.stringify(PROGRAM)});`,
    );
    return `${process.execPath} '${path}'`;
  };
  writeCase(cwd, "b/broken", { extra: "sed: 3\n" });
  expect(await suite(cwd, "compare", "--base", build("base"), "--head", build("base"))).toMatchObject({
    code: 6,
    stdout: expect.stringMatching(/^b\/broken: neither build can play it: .*\n$/),
  });
  rmSync(join(cwd, "corpora/b/broken"), { recursive: true });
  const { code, stdout, stderr } = await suite(cwd, "compare", "--base", build("base"), "--head", build("head"));
  expect(code).toBe(1);
  expect(stderr).toContain("3 cases: 2 differ");
  expect(stdout).toContain("a/one");
  expect(stdout).not.toContain("b/three");
  expect((await suite(cwd, "compare", "--base", "nothing-of-the-kind", "--head", build("base"))).code).toBe(3);
  expect((await suite(cwd, "compare", "--base", "'open", "--head", "x")).code).toBe(2);
}, 120_000);
