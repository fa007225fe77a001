import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { TapeWriter } from "../../src/tape/writer.ts";
import { nanos } from "../../src/time/nanos.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const PROGRAM = resolve(import.meta.dirname, "../../bin/run.js");
const RECORDS = 6_000_000;

/** Runs the program with a heap that a tape held in memory would burst at once. */
function fieldtape(...args: string[]): string {
  const all = ["--max-old-space-size=96", PROGRAM, ...args, "--no-config"];
  return execFileSync(process.execPath, all, { encoding: "utf8", maxBuffer: 1 << 30 });
}

async function gigabyte(path: string): Promise<void> {
  const header = {
    id: "soak",
    started: "2026-01-01T00:00:00.000000Z",
    recorder: { version: "x", git: "x" },
    requires: [],
    meta: {},
  };
  await using writer = await TapeWriter.create(path, { header, live: false });
  writer.write({ type: "channel", at: nanos(0), channel: 0, name: "a", kind: "stream", source: "soak", settings: {} });
  const bytes = new TextEncoder().encode(`${"0123456789".repeat(11)}\n`);
  for (let n = 0; n < RECORDS; n += 1) {
    writer.write({ type: "raw", at: nanos(n * 1_000_000), channel: 0, dir: "rx", bytes });
    if (n % 4096 === 0) await writer.drained();
  }
  await writer.close({ reason: "stop", at: nanos(RECORDS * 1_000_000) });
}

test("a gigabyte of tape is inspected, sought in and replayed in constant memory", async () => {
  const tape = join(temporaryFolder(), "large.tape.jsonl");
  await gigabyte(tape);
  expect(statSync(tape).size).toBeGreaterThan(1e9);
  expect(fieldtape("tape", "inspect", tape)).toContain("large.tape.jsonl");
  const late = fieldtape("replay", tape, "--subject", "lines", "--from", "5999.99s", "--json");
  expect(late.trim().split("\n")).toHaveLength(10);
  const golden = join(temporaryFolder(), "out.tape.jsonl");
  fieldtape("replay", tape, "--subject", "lines", "--out", golden);
  expect(statSync(golden).size).toBeGreaterThan(1e9);
});
