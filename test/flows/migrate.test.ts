import { existsSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fieldtape } from "./command-line.ts";
import { renamedCorpus } from "./generated-cases.ts";

const migrate = (cwd: string, ...args: string[]) =>
  fieldtape(["suite", "migrate", "--reason", "as the manual calls it", ...args], { cwd, env: { CI: "" } });
const golden = (cwd: string, n: number) => join(cwd, `corpora/meter/case-000${n}/golden.jsonl`);

test("a field is renamed in every golden, in its place, and the suite passes", async () => {
  const cwd = renamedCorpus(3);
  const before = readFileSync(golden(cwd, 1), "utf8");
  const dry = await migrate(cwd, "--field", "value.reading=value", "--dry-run");
  expect(dry.stderr).toContain("30 records in 3 of 3 goldens would be renamed");
  expect(readFileSync(golden(cwd, 1), "utf8")).toBe(before);

  const { code, stderr } = await migrate(cwd, "--field", "value.reading=value");
  expect(code).toBe(0);
  expect(stderr).toContain("nothing else changed");
  expect(readFileSync(golden(cwd, 1), "utf8")).toBe(before.replaceAll('"reading":', '"value":'));
  expect(await fieldtape(["suite", "run"], { cwd })).toMatchObject({ code: 0 });
  const [change] = readdirSync(join(cwd, "corpora/changes"));
  expect(readFileSync(join(cwd, "corpora/changes", change!), "utf8")).toContain("as the manual calls it");
});

test("a name that is taken in one golden leaves all of them as they are", async () => {
  const cwd = renamedCorpus(2);
  const clash = readFileSync(golden(cwd, 1), "utf8").replace('"reading":31', '"reading":31,"value":5');
  writeFileSync(golden(cwd, 1), clash);
  const before = readFileSync(golden(cwd, 0), "utf8");
  const { code, stderr } = await migrate(cwd, "--field", "value.reading=value");
  expect(code).toBe(2);
  expect(stderr).toContain("case-0001/golden.jsonl:1");
  expect(stderr).toContain("taken already");
  expect(readFileSync(golden(cwd, 0), "utf8")).toBe(before);
  expect(existsSync(join(cwd, "corpora/changes"))).toBe(false);
});

test("types and values are renamed where a predicate holds; what cannot be turned back is refused", async () => {
  const cwd = renamedCorpus(1);
  expect((await migrate(cwd, "--type", "frame=telegram", "--where", "reading > 20")).code).toBe(0);
  const text = readFileSync(golden(cwd, 0), "utf8");
  expect(text.match(/telegram/g)).toHaveLength(7);
  expect((await migrate(cwd, "--value", "value.reading:7=8")).code).toBe(0);
  expect(readFileSync(golden(cwd, 0), "utf8")).toContain('"reading":8}');
  expect((await migrate(cwd, "--type", "frame=telegram")).code).toBe(2);
  expect((await migrate(cwd, "--value", "value.reading:14=8")).code).toBe(2);
  expect((await migrate(cwd)).code).toBe(2);
});

test("a golden that is a link out of the corpus is refused, and what it leads to stays", async () => {
  const cwd = renamedCorpus(1);
  const outside = join(cwd, "outside.jsonl");
  renameSync(golden(cwd, 0), outside);
  symlinkSync(outside, golden(cwd, 0));
  const before = readFileSync(outside, "utf8");
  const { code, stderr } = await migrate(cwd, "--field", "value.reading=value");
  expect(code).toBe(2);
  expect(stderr).toContain("the golden is a link");
  expect(readFileSync(outside, "utf8")).toBe(before);
});

test("expectations that speak of what is renamed are named, and left to people", async () => {
  const cwd = renamedCorpus(2);
  const scenario = join(cwd, "corpora/meter/case-0001/scenario.yaml");
  const text = `${readFileSync(scenario, "utf8")}expect: [{ some: "reading > 5" }]\n`;
  writeFileSync(scenario, text);
  const { code, stderr } = await migrate(cwd, "--field", "value.reading=value");
  expect(code).toBe(0);
  expect(stderr).toMatch(/change it by hand: meter\/case-0001$/m);
  expect(readFileSync(scenario, "utf8")).toBe(text);
});
