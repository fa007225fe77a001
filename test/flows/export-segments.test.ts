import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape, jsonLines } from "./command-line.ts";

const input = Array.from({ length: 10_000 }, (_, index) => `reading ${index}: ${(index * 7919) % 100_003}\r\n`).join(
  "",
);

/** A recording in several segments, all but the last compressed. */
async function site(): Promise<string> {
  const cwd = temporaryFolder();
  const record = ["record", "stdin", "--rotate", "64KiB", "--compress", "-o", "site.tape.jsonl", "--no-config"];
  expect((await fieldtape(record, { cwd, input })).code).toBe(0);
  return cwd;
}

test("export --segments writes the whole of a rotated recording", async () => {
  const cwd = await site();
  const run = await fieldtape(
    ["export", "site.tape.jsonl", "--segments", "--format", "raw", "-o", "site.bin", "--json"],
    { cwd },
  );
  expect(run.code).toBe(0);
  expect(readFileSync(join(cwd, "site.bin"), "utf8")).toBe(input);
  const [report] = jsonLines(run.stdout);
  expect(report).toMatchObject({ unfinished: false, segments: { missing: 0 } });

  // One segment by itself is a part of it.
  const one = await fieldtape(["export", "site.tape.jsonl.gz", "--format", "raw", "-o", "-"], { cwd });
  expect(one.stdout.length).toBeLessThan(input.length);
  expect(input.startsWith(one.stdout)).toBe(true);
});

test("a segment that is not there is said", async () => {
  const cwd = await site();
  rmSync(join(cwd, "site.0001.tape.jsonl.gz"));
  const run = await fieldtape(["export", "site.tape.jsonl", "--segments"], { cwd });
  expect(run).toMatchObject({ code: 0, stdout: "" });
  expect(run.stderr).toMatch(
    /site\.pcapng: \d+ reads of \d+ segments, \d+ bytes\n {2}1 segment of the recording is not there\n/,
  );
});

test("none of the segments is overwritten by what is made of them", async () => {
  const cwd = await site();
  const out = ["-o", "site.0001.tape.jsonl.gz", "--force"];
  const run = await fieldtape(["export", "site.tape.jsonl", "--segments", ...out], { cwd });
  expect(run.code).toBe(2);
  expect(run.stderr).toContain("would be overwritten");
});
