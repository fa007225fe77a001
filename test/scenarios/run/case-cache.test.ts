import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CaseJob } from "../../../src/scenarios/case-job.ts";
import type { CaseResult } from "../../../src/scenarios/case-result.ts";
import { cachedResult, cacheResult } from "../../../src/scenarios/run/case-cache.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const passed: CaseResult = { name: "ota/one", outcome: { type: "passed" }, fed: 3, said: 2 };

function keptCase() {
  const corpus = temporaryFolder();
  const folder = join(corpus, "ota", "one");
  mkdirSync(join(folder, "tape.jsonl.blobs"), { recursive: true });
  for (const file of ["scenario.yaml", "tape.jsonl", "README.md", "tape.jsonl.blobs/0a"])
    writeFileSync(join(folder, file), file);
  const cache = { folder: temporaryFolder(), build: "this one" };
  const job: CaseJob = { corpus, folder, pendingFolder: "" };
  cacheResult(job, passed, cache);
  return { folder, known: () => cachedResult(job, passed.name, cache) };
}

test("a case keeps its result while its files are the same bytes; what is for people does not matter", () => {
  const { folder, known } = keptCase();
  expect(known()).toEqual(passed);
  writeFileSync(join(folder, "README.md"), "other words");
  expect(known()).toEqual(passed);
  writeFileSync(join(folder, "tape.jsonl"), "another tape");
  expect(known()).toBeUndefined();
});

test("the blobs of a tape are part of its case", () => {
  const { folder, known } = keptCase();
  writeFileSync(join(folder, "tape.jsonl.blobs/0a"), "another image");
  expect(known()).toBeUndefined();
  const { folder: other, known: stillKnown } = keptCase();
  rmSync(join(other, "tape.jsonl.blobs/0a"));
  expect(stillKnown()).toBeUndefined();
});
