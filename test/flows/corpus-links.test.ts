import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { acceptAll, suite, writtenCorpus } from "./suite-corpus.ts";

describe("a corpus that came from outside", () => {
  test.for(["scenario.yaml", "golden.jsonl", "tape.jsonl"])("whose %s is a link out of it is refused", async (file) => {
    const cwd = writtenCorpus({ "a/case": {} });
    await acceptAll(cwd);
    renameSync(join(cwd, "corpora/a/case", file), join(cwd, "outside"));
    symlinkSync(join(cwd, "outside"), join(cwd, "corpora/a/case", file));
    const { code, stdout } = await suite(cwd, "run");
    expect([code, stdout]).toEqual([2, expect.stringContaining(`${file}: is a link that leads out of the corpus`)]);
    expect(existsSync(join(cwd, ".fieldtape/pending/a/case/golden.jsonl"))).toBe(false);
  });

  test("whose case is a link is refused, instead of one case less being run", async () => {
    const cwd = writtenCorpus({ "a/case": {}, "b/case": {} });
    await acceptAll(cwd);
    renameSync(join(cwd, "corpora/b/case"), join(cwd, "outside"));
    symlinkSync(join(cwd, "outside"), join(cwd, "corpora/b/case"));
    const { code, stderr } = await suite(cwd, "run");
    expect([code, stderr]).toEqual([2, expect.stringContaining("b/case: is a link to a folder")]);
  });

  test("whose changes are a link out of it has nothing written there, and no golden is changed", async () => {
    const cwd = writtenCorpus({ "a/case": {} });
    mkdirSync(join(cwd, "outside"));
    symlinkSync(join(cwd, "outside"), join(cwd, "corpora/changes"));
    const { code, stderr } = await acceptAll(cwd);
    expect([code, stderr]).toEqual([2, expect.stringContaining("link")]);
    expect(readdirSync(join(cwd, "outside"))).toEqual([]);
    expect(existsSync(join(cwd, "corpora/a/case/golden.jsonl"))).toBe(false);
  });

  test.for(["scenario.yaml", "golden.jsonl", "tape.jsonl"])(
    "whose %s is a pipe that nobody writes to does not hold the run up",
    async (file) => {
      const cwd = writtenCorpus({ "a/case": {} });
      rmSync(join(cwd, "corpora/a/case", file), { force: true });
      execFileSync("mkfifo", [join(cwd, "corpora/a/case", file)]);
      const { code, stdout } = await suite(cwd, "run");
      expect([code, stdout]).toEqual([2, expect.stringContaining(`${file}: is no file`)]);
    },
  );
});

test("a case that passes again has nothing pending", async () => {
  const cwd = writtenCorpus({ "a/case": {} });
  await acceptAll(cwd);
  const golden = join(cwd, "corpora/a/case/golden.jsonl");
  const right = readFileSync(golden, "utf8");
  writeFileSync(golden, right.replace("23.5", "23.6"));
  expect((await suite(cwd, "run")).code).toBe(1);
  expect(readdirSync(join(cwd, ".fieldtape/pending/a/case"))).toEqual(["differences.jsonl", "golden.jsonl"]);
  writeFileSync(golden, right);
  expect((await suite(cwd, "run")).code).toBe(0);
  expect(readdirSync(join(cwd, ".fieldtape/pending/a/case"))).toEqual([]);
});
