import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { TapeRecord } from "../../src/tape/record.ts";
import { nanos } from "../../src/time/nanos.ts";
import { tapeBytes } from "../tape/tape-files.ts";
import { channel, raw } from "../tape/traffic.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape } from "./command-line.ts";

const records: TapeRecord[] = [
  channel(0, "stream", "plc"),
  raw(1_000_000, 0, "rx", "ready\r\n"),
  { type: "wall", at: nanos(2_000_000), wall: "2026-07-01T12:00:00.5Z", step: 7 },
];

async function shown(...args: string[]): Promise<string> {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, "site.tape.jsonl"), tapeBytes(records));
  const run = await fieldtape(args, { cwd, env: { TZ: "Europe/Berlin" }, input: "" });
  expect(run.code).toBe(0);
  return run.stdout;
}

const INSPECT = ["tape", "inspect", "site.tape.jsonl"];
const DRY_RUN = ["replay", "site.tape.jsonl", "--dry-run"];

test("dates are shown in UTC wherever the machine stands", async () => {
  expect(await shown(...INSPECT)).toContain("2026-11-20T12:00:00.001000Z to 2026-11-20T12:00:00.002000Z");
  expect(await shown(...DRY_RUN)).toContain("began 2026-11-20T12:00:00.000000Z");
});

test("--local shows a person the machine's own dates, and a program the same as ever", async () => {
  expect(await shown(...INSPECT, "--local")).toContain(
    "2026-11-20T13:00:00.001000+01:00 to 2026-11-20T13:00:00.002000+01:00",
  );
  expect(await shown(...DRY_RUN, "--local")).toContain("began 2026-11-20T13:00:00.000000+01:00");
  expect(JSON.parse(await shown(...INSPECT, "--local", "--json"))).toMatchObject({
    from: "2026-11-20T12:00:00.001000Z",
  });
});

test("a step of the date is told in that zone as well", async () => {
  const step = async (...args: string[]): Promise<string> => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "site.tape.jsonl"), tapeBytes(records));
    const words = ["replay", "site.tape.jsonl", "-s", "lines", "--step", ...args];
    const run = await fieldtape(words, { cwd, env: { TZ: "Europe/Berlin" }, input: "step 9\n" });
    return run.stdout;
  };
  expect(await step()).toContain("2026-07-01T12:00:00.5Z");
  expect(await step("--local")).toContain("2026-07-01T14:00:00.5+02:00");
});
