import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { type Running, startFieldtape } from "./command-line.ts";
import { Device, ReleaseShop } from "./release-shop.ts";

const RUNS = { run: "#!/bin/sh\nexec sleep 300\n", good: "yes" };
const POLICY = 'switch: external\nlaunch: ["./run"]\nhealth: { command: ["test", "-e", "good"] }\n';

/** A device whose application is a process that the updater has to wait for. */
async function runningDevice(): Promise<{ device: Device; application: ReturnType<typeof spawn> }> {
  const shop = await ReleaseShop.open(temporaryFolder());
  const device = new Device(shop);
  writeFileSync(join(shop.folder, "policy.yaml"), POLICY);
  await device.install(await shop.pack("1.0.0", RUNS), ["--policy", "policy.yaml"]);
  await shop.publish(await shop.pack("2.0.0", RUNS));
  const application = spawn(join(device.place, "current", "run"), { stdio: "ignore" });
  onTestFinished(() => {
    application.kill("SIGKILL");
    const file = join(device.place, "application.json");
    if (existsSync(file)) process.kill(JSON.parse(readFileSync(file, "utf8")).pid, "SIGKILL");
  });
  return { device, application };
}

/** Stages the update, as the application's companion does: when that is told it does not wait for the program's end. */
async function staged(
  device: Device,
  application: number | undefined,
): Promise<{ running: Running; result: Record<string, unknown> }> {
  const args = ["ota", "device", "update", "--repo", "repo", "--install", device.folder, "--json"];
  const running = startFieldtape([...args, "--wait-pid", String(application)], { cwd: device.shop.folder });
  let text = "";
  for await (const piece of running.child.stdout) {
    text += String(piece);
    if (text.endsWith("\n")) break;
  }
  return { running, result: JSON.parse(text) };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}

function updaterProcess(device: Device): number {
  return JSON.parse(readFileSync(join(device.place, "updater.lock"), "utf8")).pid;
}

test("the external updater waits for the application, switches, starts the new version and says how long it was gone", async () => {
  const { device, application } = await runningDevice();
  const results = join(device.place, "updater", "result.json");
  mkdirSync(join(device.place, "updater"));
  writeFileSync(results, '{"outcome":"committed","current":"of an update long ago"}\n');
  const { result } = await staged(device, application.pid);
  expect(result).toMatchObject({ outcome: "staged", current: "1.0.0", state: "waiting-for-exit" });
  await until(() => existsSync(join(device.place, "updater.lock")));
  const copies = readdirSync(join(device.place, "updater")).filter((name) => name.endsWith(".mjs"));
  expect(copies, "outside the versions that it switches").toHaveLength(1);
  expect(existsSync(results), "of this update").toBe(false);
  application.kill("SIGKILL");
  await until(() => existsSync(results) && readFileSync(results, "utf8").endsWith("\n"));
  const told = JSON.parse(readFileSync(results, "utf8"));
  expect(told).toMatchObject({ outcome: "committed", from: "1.0.0", current: "2.0.0", state: "committed" });
  expect(told.interruptedMs).toBeGreaterThan(0);
}, 120_000);

test("an external updater that is killed while it waits leaves the old version running; resume goes on", async () => {
  const { device, application } = await runningDevice();
  await staged(device, application.pid);
  await until(() => existsSync(join(device.place, "updater.lock")));
  const updater = updaterProcess(device);
  process.kill(updater, "SIGKILL");
  expect(application.exitCode).toBeNull();
  expect(await device.say("status")).toMatchObject({ current: "1.0.0", state: "waiting-for-exit" });
  application.kill("SIGKILL");
  await once(application, "exit");
  expect(await device.say("resume")).toMatchObject({ outcome: "committed", current: "2.0.0" });
  rmSync(join(device.place, "updater"), { recursive: true });
}, 120_000);

const becomes = "execve" in process;
const title = "the program becomes the updater, so that a service manager that waits for its exit does not end it";
(becomes ? test : test.skip)(
  becomes ? title : `${title} [skipped: this Node has no process.execve]`,
  async () => {
    const { device, application } = await runningDevice();
    const { running } = await staged(device, application.pid);
    await until(() => existsSync(join(device.place, "updater.lock")));
    expect(updaterProcess(device)).toBe(running.child.pid);
    expect(running.child.exitCode).toBeNull();
    application.kill("SIGKILL");
    const { code } = await running.finished;
    expect(code).toBe(0);
    expect(await device.say("status")).toMatchObject({ current: "2.0.0", state: "committed" });
    expect(readFileSync(join(device.place, "updater", "updater.log"), "utf8")).toContain("launching 2.0.0");
  },
  120_000,
);

test("an application that starts the update itself may wait for it: the updater is a process of its own", async () => {
  const { device } = await runningDevice();
  const args = ["ota", "device", "update", "--repo", "repo", "--install", device.folder, "--json"];
  const started = startFieldtape([...args, "--wait-pid", String(process.pid)], { cwd: device.shop.folder });
  const { code, stdout } = await started.finished;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ outcome: "staged" });
  await until(() => existsSync(join(device.place, "updater.lock")));
  expect(updaterProcess(device)).not.toBe(started.child.pid);
  process.kill(updaterProcess(device), "SIGKILL");
}, 120_000);
