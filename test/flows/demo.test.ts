import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape, startFieldtape } from "./command-line.ts";

test("the demo shows a clean run and a caught divergence, and its files give the same again", async () => {
  const keep = join(temporaryFolder(), "kept");
  const { code, stdout, stderr } = await fieldtape(["demo", "--keep", keep]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toContain("accepted: cold-store/freezing");
  expect(stdout).toContain('value.state changed: "freezing" → "warm"');
  expect(stdout).toContain("1 case: 0 passed, 1 not");
  expect(stdout).toContain("rolled back (health-timeout)");
  expect(stdout).toContain("no divergence");

  expect((await fieldtape(["suite", "run"], { cwd: keep })).code).toBe(0);
  const broken = await fieldtape(["suite", "run", "--config", "broken.config.json"], { cwd: keep });
  expect(broken.code).toBe(1);
  const states = await fieldtape(["replay", "demo.tape.jsonl", "--subject", "cold-store", "--json"], { cwd: keep });
  expect(states.code).toBe(0);
  expect(states.stdout).toContain('"state":"freezing"');
  const device = ["ota", "device", "status", "--install", "update/device", "--json"];
  expect((await fieldtape(device, { cwd: keep })).stdout).toContain('"current":"2.0.0"');
});

test("the demo leaves nothing behind unless asked", async () => {
  const folder = temporaryFolder();
  expect((await fieldtape(["demo"], { cwd: folder, env: { TMPDIR: folder } })).code).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
});

test("nor when it is interrupted", async () => {
  const folder = temporaryFolder();
  const running = startFieldtape(["demo"], { cwd: folder, env: { TMPDIR: folder } });
  await once(running.child.stdout, "data");
  expect(readdirSync(folder)).not.toEqual([]);
  running.child.kill("SIGINT");
  expect((await running.finished).code).toBe(130);
  expect(readdirSync(folder)).toEqual([]);
});
