import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { reportCrash } from "../../../src/cli/crash-report.ts";
import { openLogFile } from "../../../src/cli/log/log-file.ts";
import { type LogLevel, RunLog } from "../../../src/cli/log/run-log.ts";
import { logLevel } from "../../../src/cli/log/start-log.ts";
import { SystemClock } from "../../../src/time/system-clock.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const MARCH = 1_772_366_400_000_000_000n; // 2026-03-01T12:00:00Z
const HOUR = 3_600_000_000_000n;

let state: string;
beforeEach(() => {
  state = temporaryFolder();
  vi.stubEnv("FIELDTAPE_STATE", state);
  onTestFinished(() => void vi.unstubAllEnvs());
});

function log(options: { level?: LogLevel; command?: string; began?: bigint } = {}): RunLog {
  const { level = "info", command = "record:tcp", began = MARCH } = options;
  return new RunLog({
    level,
    wallNow: () => began,
    open: async () => openLogFile({ command, began, clock: new SystemClock({ sleep: "coarse" }) }),
  });
}

const names = () => readdirSync(join(state, "logs")).toSorted();
const lines = () =>
  names().flatMap((name) => {
    const text = readFileSync(join(state, "logs", name), "utf8");
    return text.trimEnd().split("\n");
  });

describe("the log of a run", () => {
  test("is JSON lines in a file of its own, private, in the order in which things happened", async () => {
    const run = log();
    run.info("begun", { command: ["record", "tcp"] });
    run.debug("not asked for");
    run.warn("link", { source: "tcp:10.0.0.7:502" });
    run.error("failed", { at: "the end" });
    await run.close();
    expect(names()).toEqual([`2026-03-01T12-00-00.000Z_${process.pid}_record-tcp.jsonl`]);
    expect(lines().map((line) => JSON.parse(line))).toEqual([
      {
        level: "info",
        pid: process.pid,
        at: "2026-03-01T12:00:00.000Z",
        facts: { command: ["record", "tcp"] },
        message: "begun",
      },
      expect.objectContaining({ level: "warn", message: "link" }),
      expect.objectContaining({ level: "error", at: "2026-03-01T12:00:00.000Z", facts: { at: "the end" } }),
    ]);
    expect(statSync(join(state, "logs", names()[0]!)).mode & 0o777).toBe(0o600);
    expect(statSync(join(state, "logs")).mode & 0o777).toBe(0o700);
  });

  test("is no file at all when nothing was said that is wanted", async () => {
    const quiet = log({ level: "silent" });
    quiet.error("failed");
    await quiet.close();
    const run = log();
    run.debug("begun");
    await run.close();
    expect(readdirSync(state)).toEqual([]);
  });

  test("holds no secret, by its name or by its shape, however deep", async () => {
    const run = log();
    run.info("fetching https://me:planted-1@host/?token=planted-2", {
      headers: { authorization: "Bearer planted-3", "X-Api-Key": "planted-4" },
      list: [{ deep: { password: { of: "planted-5" } } }, "secret=planted-6"],
      shown: "kept",
    });
    await run.close();
    const [line] = lines();
    expect(line).not.toContain("planted");
    expect(line).toContain("kept");
  });

  test("holds none of this machine's own secrets, wherever they stand", async () => {
    const file = join(state, "secrets.json");
    writeFileSync(file, '{"uploadToken":"planted-in-file","own":{"plc":"planted-own"}}', { mode: 0o644 });
    vi.stubEnv("FIELDTAPE_SECRETS", file);
    vi.stubEnv("SITE_PASSWORD", "planted-in-environment");
    const run = log();
    run.info("sent planted-in-file", { list: ["planted-in-environment"], path: "/x/planted-own/y" });
    await run.close();
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).not.toContain("planted");
    expect(lines()[0]).toContain("/x/[secret]/y");
  });

  test("is bounded: long texts, deep values, big files and old runs go", async () => {
    for (let run = 0n; run < 12n; run += 1n) {
      const old = log({ began: MARCH + run * HOUR });
      old.info("begun");
      await old.close();
    }
    const other = log({ command: "suite:run" });
    other.info("begun");
    await other.close();
    const text = "x".repeat(100_000);
    const big = log({ began: MARCH + 24n * HOUR });
    const written = () => {
      const last = names().find((name) => /^2026-03-02T12.*tcp\.jsonl$/.test(name));
      return last === undefined ? -1 : (statSync(join(state, "logs", last), { throwIfNoEntry: false })?.size ?? -1);
    };
    for (let batch = 0; batch < 250; batch += 1) {
      const before = written();
      for (let line = 0; line < 20; line += 1) big.info("noise", { text });
      while (written() >= before && written() < before + 80_000) await new Promise((resolve) => setImmediate(resolve));
    }
    await big.close();
    const kept = names();
    expect(kept.filter((name) => name.includes("suite-run"))).toHaveLength(1);
    expect(new Set(kept.filter((name) => name.includes("record-tcp")).map((name) => name.slice(0, 24))).size).toBe(10);
    const rotated = kept.filter((name) => name.startsWith("2026-03-02T12"));
    for (const name of rotated) expect(statSync(join(state, "logs", name)).size).toBeLessThan(5 * 1024 * 1024);
    expect(rotated).toHaveLength(4);
  });

  test("that cannot be written troubles nobody, and its end is in a crash report all the same", async () => {
    mkdirSync(join(state, "crashes"));
    writeFileSync(join(state, "logs"), "in the way");
    const run = log();
    run.info("begun");
    await run.close();
    run.info("goes on");
    expect(readFileSync(join(state, "logs"), "utf8")).toBe("in the way");
  });

  test("ends in a crash report", async () => {
    const run = log();
    run.warn("link", { words: "the link is lost" });
    await run.close();
    const file = reportCrash({ part: "command", thrown: new Error("bug") });
    expect(JSON.parse(readFileSync(file!, "utf8")).log.at(-1)).toContain("the link is lost");
  });
});

test("a level that is none means the usual one", () => {
  expect(logLevel("debug")).toBe("debug");
  expect(logLevel("loud")).toBe("info");
});
