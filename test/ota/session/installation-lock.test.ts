import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { expect, onTestFinished, test } from "vitest";
import { isRunning, processName } from "../../../src/ota/lock/process-name.ts";
import { lockInstallation } from "../../../src/ota/session/installation-lock.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

test("a second session is told who is at work, and may go on when he has gone", async () => {
  const root = temporaryFolder();
  const other = spawn("sleep", ["300"]);
  onTestFinished(() => void other.kill("SIGKILL"));
  await once(other, "spawn");
  writeFileSync(join(root, "updater.lock"), JSON.stringify(processName(other.pid!)));
  expect(() => lockInstallation(root)).toThrow(`another session is at work: process ${other.pid}`);
  other.kill("SIGKILL");
  await once(other, "exit");
  const lock = lockInstallation(root);
  expect(existsSync(join(root, "updater.lock"))).toBe(true);
  lock[Symbol.dispose]();
  expect(readdirSync(root)).toEqual([]);
});

test("a lock from before the machine was started anew, or that says nothing, is taken over", () => {
  const root = temporaryFolder();
  for (const stale of [JSON.stringify({ pid: process.ppid, started: "1" }), "", '{"pid":1e9,"started":""}']) {
    writeFileSync(join(root, "updater.lock"), stale);
    using _lock = lockInstallation(root);
  }
  expect(readdirSync(root)).toEqual([]);
});

test("a process is known by when it began, not by its number alone", () => {
  const own = processName(process.pid)!;
  expect(isRunning(own)).toBe(true);
  expect(isRunning({ ...own, started: "1" })).toBe(false);
  expect(processName(2 ** 22 + 1)).toBeUndefined();
});
