import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape, jsonLines } from "./command-line.ts";

/** A recording of which one line matters, as it came from the site. */
function site(): string {
  const folder = temporaryFolder();
  const lines = [
    { type: "channel", at: 0, channel: 0, name: "plc", kind: "stream", source: "tcp:10.0.0.7:502", settings: {} },
    ...["a", "b", "E07 pump", "c", "d"].map((text, index) => ({
      type: "raw",
      at: (index + 1) * 1_000_000,
      channel: 0,
      dir: "rx",
      text: `${text}\n`,
    })),
  ];
  writeFileSync(join(folder, "site.tape.jsonl"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return folder;
}

const make = (cwd: string, ...args: string[]) =>
  fieldtape(["scenario", "new", "lines/pump", "--why", "the pump does not stop", ...args], { cwd, env: { CI: "" } });
const scenarioOf = (cwd: string) => readFileSync(join(cwd, "corpora/lines/pump/scenario.yaml"), "utf8");
const KEEP = ["--minimise", "--keep", 'text ~ "^E0"'];

test("of a recording only what shows it becomes a case, which fails until that is gone", async () => {
  const cwd = site();
  const { code, stdout } = await make(cwd, "--from", "site.tape.jsonl", "-s", "lines", ...KEEP, "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ minimal: true, before: { records: 6 }, after: { records: 2, bytes: 3 } });
  expect(scenarioOf(cwd)).toContain("(the pump does not stop)");
  expect(scenarioOf(cwd)).toContain("from site.tape.jsonl, from tcp:10.0.0.7:502 (tape sha256 ");
  expect(readdirSync(join(cwd, "corpora/lines"))).toEqual(["pump"]);
  const suite = await fieldtape(["suite", "run"], { cwd });
  expect(suite).toMatchObject({ code: 1, stdout: expect.stringContaining('none said: text ~ "^E0"') });
  expect(await make(cwd, "--from", "site.tape.jsonl", "-s", "lines", ...KEEP)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("such a case already"),
  });
});

test("a customer's bundle becomes a small case in one go, which says where it came from", async () => {
  const cwd = site();
  await fieldtape(["bundle", "create", "site.tape.jsonl", "-s", "lines", "-o", "site.zip"], { cwd });
  const first = await make(cwd, "--from", "site.zip", ...KEEP, "--budget", "1");
  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining("--resume goes on") });
  const whole = await make(cwd, "--from", "site.zip", ...KEEP, "--resume");
  expect(whole, whole.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining("1-minimal") });
  expect(scenarioOf(cwd)).toContain("of the bundle site.zip");
  expect(jsonLines(readFileSync(join(cwd, "corpora/lines/pump/tape.jsonl"), "utf8"))).toMatchObject([
    { type: "header" },
    { type: "channel" },
    { type: "raw", text: "E0\n" },
    { type: "end" },
  ]);
});

test("a recording on which nothing is wrong, and flags that say nothing, leave nothing behind", async () => {
  const cwd = site();
  const from = ["--from", "site.tape.jsonl", "-s", "lines"];
  expect(await make(cwd, ...from, "--minimise")).toMatchObject({
    code: 6,
    stderr: expect.stringContaining("nothing is wrong that could be kept"),
  });
  for (const args of [["--keep", "text exists"], ["--minimise", "--accept", "--reason", "r"], ["--resume"]])
    expect((await make(cwd, ...from, ...args)).code, args.join(" ")).toBe(2);
  expect(existsSync(join(cwd, "corpora"))).toBe(false);
});
