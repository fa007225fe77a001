import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { expect, onTestFinished, test } from "vitest";
import { isRunning, processName } from "../../../src/ota/lock/process-name.ts";
import { Application } from "../../../src/ota/session/application.ts";
import { millis } from "../../../src/time/nanos.ts";
import { SystemClock } from "../../../src/time/system-clock.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const clock = new SystemClock({ sleep: "coarse" });
const { signal } = new AbortController();
/** Heeds no SIGTERM, and has started something itself; says who it is when it is ready. */
const DEAF = 'trap "" TERM; sleep 300 & echo "$$ $!" >> pids; wait; wait';

function application(script: string): { application: Application; pids: () => number[] } {
  const root = temporaryFolder();
  writeFileSync(join(root, "run"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  writeFileSync(join(root, "pids"), "");
  const pids = (): number[] => readFileSync(join(root, "pids"), "utf8").split(/\s+/).filter(Boolean).map(Number);
  onTestFinished(() => {
    for (const pid of pids()) if (processName(pid) !== undefined) process.kill(pid, "SIGKILL");
  });
  return { application: new Application(root, { launch: ["./run"], exitTimeout: millis(300) }, { clock }), pids };
}

const runs = (pid: number): boolean => {
  const name = processName(pid);
  return name !== undefined && isRunning(name);
};

async function ready(pids: () => number[], count: number): Promise<void> {
  await expect.poll(() => pids().length, { timeout: 20_000 }).toBe(count);
}

test("a version that hangs is ended before it is started again: two of it never run, nor what it has started", async () => {
  const { application: app, pids } = application(DEAF);
  expect(await app.launch(".", 1)).toBeUndefined();
  await ready(pids, 2);
  expect(await app.launch(".", 2)).toBeUndefined();
  await ready(pids, 4);
  expect(pids().map(runs)).toEqual([false, false, true, true]);
});

test("a version that was told to go, and did not, is not in the way of the one that comes back", async () => {
  const { application: app, pids } = application(DEAF);
  await app.launch(".", 1);
  await ready(pids, 2);
  const late = new AbortController();
  const gone = app.exit(late.signal);
  late.abort();
  await expect(gone).rejects.toThrow();
  await app.launch(".", 0);
  await ready(pids, 4);
  expect(pids().map(runs)).toEqual([false, false, true, true]);
});

test("a version that heeds SIGTERM has the time that it may take to go", async () => {
  const { application: app, pids } = application('sleep 300 & trap "kill $!; exit" TERM; echo $$ >> pids; wait');
  await app.launch(".", 1);
  await ready(pids, 1);
  await app.exit(signal);
  expect(runs(pids()[0]!)).toBe(false);
});
