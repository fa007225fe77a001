import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fieldtape, jsonLines } from "./command-line.ts";
import { renamedCorpus } from "./generated-cases.ts";

const run = (cwd: string, ...args: string[]) => fieldtape(["suite", "run", ...args], { cwd });

test("one renamed field over two hundred cases is one cause on one screen", async () => {
  const cwd = renamedCorpus(200);
  const { code, stdout } = await run(cwd);
  expect(code).toBe(1);
  expect(stdout).toContain("cause 1 of 1");
  expect(stdout).toContain("meter frame value.reading renamed: value");
  expect(stdout).toContain("2000 differences in 200 cases: meter/case-0000");
  expect(stdout.split("\n").length).toBeLessThanOrEqual(60);
  const diff = readFileSync(join(cwd, ".fieldtape/pending/meter/case-0000/differences.jsonl"), "utf8");
  expect(jsonLines(diff)).toHaveLength(11);
});
