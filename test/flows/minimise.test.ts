import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape, jsonLines, startFieldtape } from "./command-line.ts";

const PLANTED_BUG = resolve(import.meta.dirname, "split-meter.mjs");

/** A project whose configuration names the framer with the planted bug. */
function project(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "package.json"), "{}");
  const subjects = { "split-meter": { module: PLANTED_BUG } };
  writeFileSync(join(folder, "fieldtape.config.json"), JSON.stringify({ subjects }));
  return folder;
}

/** AA 55, length, payload, sum: one frame a read. */
function meterTape(frames: number): string {
  const reads = Array.from({ length: frames }, (_, index) => {
    const payload = [index & 0xff, 1, 2, 3, (index * 7) & 0xff];
    const sum = payload.reduce((total, byte) => (total + byte) & 0xff, 0);
    return Uint8Array.of(0xaa, 0x55, payload.length, ...payload, sum);
  });
  return tapeText(reads);
}

function tapeText(reads: readonly Uint8Array[]): string {
  const channel = { type: "channel", at: 0, channel: 0, name: "a", kind: "stream", source: "here", settings: {} };
  const raws = reads.map((bytes, index) => ({
    type: "raw",
    at: (index + 1) * 1_000_000,
    channel: 0,
    dir: "rx",
    b64: Buffer.from(bytes).toString("base64"),
  }));
  return [channel, ...raws].map((record) => `${JSON.stringify(record)}\n`).join("");
}

const linesTape = (lines: readonly string[]) => tapeText(lines.map((line) => new TextEncoder().encode(`${line}\n`)));
const manyLines = (count: number) => linesTape(Array.from({ length: count }, (_, index) => `reading ${index}`));
const minimise = (cwd: string, ...args: string[]) => fieldtape(["scenario", "minimise", ...args], { cwd });
const recordsOf = (folder: string) =>
  jsonLines(readFileSync(join(folder, "tape.jsonl"), "utf8")).filter(({ type }) => type !== "header" && type !== "end");
const filesOf = (folder: string) =>
  readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")] as const);

test("a framer that loses a frame cut behind its second byte: re-chunk finds it, and one read is left", async () => {
  const cwd = project();
  const folder = join(cwd, "corpora/meter/long-recording");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "tape.jsonl"), meterTape(120));
  writeFileSync(join(folder, "scenario.yaml"), "why: frames are found\nprovenance: test\nsubject: split-meter\n");
  await fieldtape(["suite", "accept", "meter", "--reason", "first golden"], { cwd, env: { CI: "" } });
  const suite = await fieldtape(["suite", "run", "--relations"], { cwd });
  expect(suite).toMatchObject({ code: 1, stdout: expect.stringContaining("re-chunk") });

  const { code, stdout, stderr } = await minimise(cwd, "corpora/meter/long-recording");
  expect([code, stderr]).toEqual([0, expect.stringContaining("what must stay: re-chunk: split-meter frame")]);
  expect(stdout).toContain("1-minimal");
  const left = recordsOf(`${folder}-minimised`);
  expect(left.length).toBeLessThanOrEqual(3);
  expect(left.map(({ type }) => type)).toEqual(["channel", "raw"]);
});

describe("a tape of which one line matters", () => {
  const LINES = ["a", "b", "E07 pump", "c", "d"];
  const KEEP = ["site.tape.jsonl", "-s", "lines", "--keep", 'text ~ "^E0"'];

  test("becomes a case that names its parent and fails until that line is gone", async () => {
    const cwd = project();
    writeFileSync(join(cwd, "site.tape.jsonl"), linesTape(LINES));
    const { code, stdout } = await minimise(cwd, ...KEEP, "--out", "corpora/lines/error", "--seed", "7", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      signature: 'says text ~ "^E0"',
      minimal: true,
      before: { records: 6, bytes: 17, faults: 0 },
      after: { records: 2, bytes: 3, faults: 0 },
    });
    const scenario = readFileSync(join(cwd, "corpora/lines/error/scenario.yaml"), "utf8");
    const digest = createHash("sha256").update(linesTape(LINES)).digest("hex");
    expect(scenario).toContain(`from site.tape.jsonl (tape sha256 ${digest}), seed 7; 1-minimal`);
    expect(recordsOf(join(cwd, "corpora/lines/error"))).toMatchObject([
      { type: "channel" },
      { type: "raw", text: "E0\n" },
    ]);
    expect(await fieldtape(["tape", "check", "corpora/lines/error/tape.jsonl"], { cwd })).toMatchObject({ code: 0 });
    const suite = await fieldtape(["suite", "run"], { cwd });
    expect(suite).toMatchObject({ code: 1, stdout: expect.stringContaining('none said: text ~ "^E0"') });
    expect(readdirSync(cwd).filter((name) => name.endsWith(".minimise"))).toEqual([]);
  });

  test("a search whose budget ended goes on to where one without a budget comes", async () => {
    const cwd = project();
    writeFileSync(join(cwd, "site.tape.jsonl"), linesTape([...LINES, ...LINES.toReversed()]));
    await minimise(cwd, ...KEEP, "--out", "whole");
    const first = await minimise(cwd, ...KEEP, "--out", "parts", "--budget", "3");
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining("the budget ended") });
    expect(readFileSync(join(cwd, "parts/scenario.yaml"), "utf8")).toContain("not known to be 1-minimal");
    const rest = await minimise(cwd, ...KEEP, "--out", "parts", "--resume");
    expect(rest).toMatchObject({ code: 0, stdout: expect.stringContaining("1-minimal") });
    expect(filesOf(join(cwd, "parts"))).toEqual(filesOf(join(cwd, "whole")));
    expect(await minimise(cwd, ...KEEP, "--out", "parts", "--resume")).toMatchObject({ code: 2 });
  });

  test("what was tried for something else is not gone on with", async () => {
    const cwd = project();
    writeFileSync(join(cwd, "site.tape.jsonl"), linesTape(LINES));
    await minimise(cwd, ...KEEP, "--out", "out", "--budget", "1");
    const other = await minimise(
      cwd,
      "site.tape.jsonl",
      "-s",
      "lines",
      "--keep",
      'text = "a"',
      "--out",
      "out",
      "--resume",
    );
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining("another search") });
  });

  test("Ctrl-C keeps the best so far", async () => {
    const cwd = project();
    writeFileSync(join(cwd, "site.tape.jsonl"), manyLines(3000));
    const args = ["site.tape.jsonl", "-s", "lines", "--keep", "span[0] > 25000", "--out", "out"];
    const running = startFieldtape(["scenario", "minimise", ...args], { cwd });
    await running.stderrMatches(/what must stay/);
    running.child.kill("SIGINT");
    const { code, stdout } = await running.finished;
    expect([code, stdout]).toEqual([130, expect.stringContaining("best so far")]);
    expect(recordsOf(join(cwd, "out")).length).toBeGreaterThan(0);
  });
});

describe("what cannot be made smaller", () => {
  test("a tape on which nothing is wrong is left alone", async () => {
    const cwd = project();
    writeFileSync(join(cwd, "site.tape.jsonl"), linesTape(["a"]));
    for (const args of [
      ["--keep", 'text = "b"'],
      ["--failure"],
      ["--relation", "re-chunk"],
      ["--against", "lines"],
      [],
    ]) {
      const { code, stderr } = await minimise(cwd, "site.tape.jsonl", "-s", "lines", "--out", "out", ...args);
      expect([code, stderr], args.join(" ")).toEqual([
        6,
        expect.stringContaining("nothing is wrong that could be kept"),
      ]);
    }
    expect(readdirSync(cwd).toSorted()).toEqual(["fieldtape.config.json", "package.json", "site.tape.jsonl"]);
  });

  test.each([
    [["missing.tape.jsonl", "-s", "lines"], "no such case or tape"],
    [["site.tape.jsonl"], "needs the subject"],
    [["site.tape.jsonl", "-s", "nobody"], "no subject"],
    [["site.tape.jsonl", "-s", "lines", "--keep", "text ="], "text ="],
    [["site.tape.jsonl", "-s", "lines", "--keep", "text exists", "--failure"], "one thing can stay"],
    [["site.tape.jsonl", "-s", "lines", "--relation", "none"], "no relation"],
    [["site.tape.jsonl", "-s", "lines", "--budget", "soon"], "duration"],
    [["site.tape.jsonl", "-s", "lines", "--against-options", "{}"], "--against"],
    [["site.tape.jsonl", "-s", "lines", "--keep", "text exists", "--out", "package.json"], "is there already"],
  ])("%j is refused", async (args, words) => {
    const cwd = project();
    writeFileSync(join(cwd, "site.tape.jsonl"), linesTape(["a"]));
    expect(await minimise(cwd, ...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(words) });
    expect(existsSync(join(cwd, "site-minimised"))).toBe(false);
  });
});
