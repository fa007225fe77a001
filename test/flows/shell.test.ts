import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape } from "./command-line.ts";

const PROGRAM = resolve(import.meta.dirname, "../../bin/run.js");
const CORPORA = resolve(import.meta.dirname, "../../corpora");

test("help names the topics and exits 0", async () => {
  const { code, stdout } = await fieldtape(["--help"]);
  expect(code).toBe(0);
  expect(stdout).toContain("USAGE");
});

test("a command that does not exist is wrong usage", async () => {
  const { code, stdout, stderr } = await fieldtape(["recrod"]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("did you mean: fieldtape record");
});

test("the version says what it was built from", async () => {
  const { code, stdout } = await fieldtape(["--version"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^fieldtape\/\d+\.\d+\.\d+ /);
});

test.runIf(existsSync("/dev/full")).each([["--help"], ["record", "--help"], ["suite", "list", CORPORA]])(
  "results that a full disk cannot take are a failure of the outside: %s %s",
  (...args) => {
    const full = openSync("/dev/full", "w");
    const run = spawnSync(process.execPath, [PROGRAM, ...args], { stdio: ["ignore", full, "pipe"], encoding: "utf8" });
    closeSync(full);
    expect(run).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/^error: cannot write to stdout \(ENOSPC.*\)\n$/),
    });
  },
);

test("a broken configuration is named before anything is done", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "package.json"), "{}");
  writeFileSync(join(folder, "fieldtape.config.json"), '{"subjcts":{}}');
  writeFileSync(join(folder, "a.tape.jsonl"), "");
  const { code, stderr } = await fieldtape(["replay", "a.tape.jsonl", "--subject", "lines"], { cwd: folder });
  expect(code).toBe(2);
  expect(stderr).toContain("fieldtape.config.json");
  expect(stderr).toContain("subjcts");
});
