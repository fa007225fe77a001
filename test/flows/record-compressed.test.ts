import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { recordsOf } from "../tape/tape-files.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape, jsonLines } from "./command-line.ts";

/** Some 600 kB that do not repeat. */
const input = Array.from({ length: 20_000 }, (_, index) => `reading ${index}: ${(index * 7919) % 100_003}\r\n`).join(
  "",
);
const RECORD = ["record", "stdin", "--rotate", "64KiB", "--compress", "-o", "a.tape.jsonl", "--no-config"];

test("--compress compresses each segment when the next has begun, and nothing of the tape is lost", async () => {
  const cwd = temporaryFolder();
  const run = await fieldtape([...RECORD, "--json"], { cwd, input });
  expect(run.code).toBe(0);
  const names = readdirSync(cwd).toSorted();
  const last = names.find((name) => name.endsWith(".jsonl"));
  expect(names.length).toBeGreaterThan(3);
  expect(names.filter((name) => name.endsWith(".tape.jsonl.gz")).length).toBe(names.length - 1);
  expect(jsonLines(run.stdout)).toMatchObject([{ tape: "a.tape.jsonl.gz", segment: last, reason: "eof" }]);

  const check = await fieldtape(["tape", "check", ...names], { cwd });
  expect(check).toMatchObject({ code: 0, stderr: "" });
  const inOrder = ["a.tape.jsonl.gz", ...names.filter((name) => name !== "a.tape.jsonl.gz")];
  let text = "";
  for (const name of inOrder) {
    for (const record of await recordsOf(join(cwd, name)))
      if (record.type === "raw") text += Buffer.from(record.bytes).toString();
  }
  expect(text).toBe(input);
});

test("with --keep-last the oldest go, compressed or not", async () => {
  const cwd = temporaryFolder();
  expect(await fieldtape([...RECORD, "--keep-last", "2"], { cwd, input })).toMatchObject({ code: 0 });
  const names = readdirSync(cwd).toSorted();
  expect(names).toHaveLength(2);
  expect(names.map((name) => name.replace(/\d+/, "N"))).toEqual(["a.N.tape.jsonl.gz", "a.N.tape.jsonl"]);
});

test("a compressed segment that is there already is refused before anything is recorded", async () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, "a.tape.jsonl.gz"), "");
  const run = await fieldtape(RECORD, { cwd, input });
  expect(run.code).toBe(2);
  expect(run.stderr).toContain("a.tape.jsonl.gz is already there");
  expect(readdirSync(cwd)).toEqual(["a.tape.jsonl.gz"]);
});
