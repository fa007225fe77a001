import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { reportCrash } from "../../src/cli/crash-report.ts";
import { stripCommand } from "../../src/cli/secrets/strip-command.ts";
import { stateFolder } from "../../src/cli/state-folder.ts";
import { temporaryFolder } from "../temporary-folder.ts";

describe("the state folder", () => {
  test("is where the user, or the desktop's convention, wants it", () => {
    expect(stateFolder({ FIELDTAPE_STATE: "here", XDG_STATE_HOME: "/state" })).toBe(resolve("here"));
    expect(stateFolder({ FIELDTAPE_STATE: "", XDG_STATE_HOME: "/state" })).toBe("/state/fieldtape");
    expect(stateFolder({ XDG_STATE_HOME: "state" })).toBe(join(homedir(), ".local/state/fieldtape"));
    expect(stateFolder({})).toBe(join(homedir(), ".local/state/fieldtape"));
  });
});

describe("a crash report", () => {
  let folder: string;
  beforeEach(() => {
    folder = join(temporaryFolder(), "state");
    vi.stubEnv("FIELDTAPE_STATE", folder);
    onTestFinished(() => void vi.unstubAllEnvs());
  });
  const argv = (...words: string[]) => {
    const before = process.argv;
    process.argv = [...before.slice(0, 2), ...words];
    onTestFinished(() => {
      process.argv = before;
    });
  };
  const read = (file: string | undefined) => JSON.parse(readFileSync(file!, "utf8"));

  test("tells what died, where, how it was started and on what, to its owner alone", () => {
    argv("record", "tcp", "--to", "10.0.0.7:502");
    const thrown = new TypeError("no such frame", { cause: new Error("index 3") });
    const file = reportCrash({
      part: "plug-in",
      thrown,
      where: "plc.tape.jsonl:17",
      ended: { code: null, signal: "SIGKILL" },
      log: ["{}"],
    });
    expect(read(file)).toMatchObject({
      schema: 1,
      part: "plug-in",
      what: "TypeError: no such frame",
      stack: expect.stringContaining("crash-report.test.ts"),
      cause: { what: "Error: index 3" },
      where: "plc.tape.jsonl:17",
      ended: { code: null, signal: "SIGKILL" },
      command: ["record", "tcp", "--to", "10.0.0.7:502"],
      versions: { node: process.version, plugin_abi: 1 },
      log: ["{}"],
    });
    expect(statSync(file!).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "crashes")).mode & 0o777).toBe(0o700);
  });

  test("holds no secret, wherever one stood", () => {
    argv("ota", "--token", "planted-1", "--password=planted-2", "https://me:planted-3@host/x?token=planted-4&size=7");
    const file = reportCrash({
      part: "command",
      thrown: new Error('POST with {"secret":"planted-5"}', { cause: "Authorization: Bearer planted-6" }),
      where: "mqtt://device:planted-7@broker",
      lastWords: "-----BEGIN PRIVATE KEY-----\nplanted-8\n-----END PRIVATE KEY-----",
      log: ['{"password":"planted-9"}'],
    });
    const text = readFileSync(file!, "utf8");
    expect(text).not.toContain("planted");
    expect(text).toContain("size=7");
  });

  test("is of bounded size, and only the newest twenty are kept", () => {
    const files = Array.from({ length: 25 }, (_, index) =>
      reportCrash({
        part: "command",
        thrown: `${index} ${"x".repeat(1_000_000)}`,
        lastWords: "y".repeat(1_000_000),
        log: Array(500).fill("z".repeat(9_000)),
      }),
    );
    const kept = readdirSync(join(folder, "crashes"));
    expect(kept).toHaveLength(20);
    expect(read(files.at(-1)).what).toMatch(/^24 x/);
    for (const name of kept) expect(statSync(join(folder, "crashes", name)).size).toBeLessThan(128 * 1024);
  });

  test("that cannot be written troubles nobody", () => {
    mkdirSync(folder);
    writeFileSync(join(folder, "crashes"), "in the way");
    expect(reportCrash({ part: "command", thrown: new Error("bug") })).toBeUndefined();
  });
});

test("a command line keeps what is no secret", () => {
  expect(stripCommand(["--key", "ci.key.json", "--keyword", "token"])).toEqual([
    "--key",
    "ci.key.json",
    "--keyword",
    "token",
  ]);
});
