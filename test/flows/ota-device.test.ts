import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape, jsonLines } from "./command-line.ts";
import { Device, ReleaseShop, servePlainly, treeDigest } from "./release-shop.ts";

test("a device is installed, updated over HTTP, confirmed and rolled back", async () => {
  const shop = await ReleaseShop.open(temporaryFolder());
  const device = new Device(shop);
  await device.install(await shop.pack("1.0.0", { "app.txt": "one" }));
  expect(await device.say("status")).toMatchObject({
    current: "1.0.0",
    previous: null,
    state: "committed",
    release: 1,
  });
  await shop.publish(await shop.pack("2.0.0", { "app.txt": "two", "lib/x": "x" }));
  const url = await servePlainly(join(shop.folder, "repo"));

  const updated = await device.update(url, ["--record", "update.tape.jsonl", "--events", "events.jsonl"]);
  const events = jsonLines(readFileSync(join(shop.folder, "events.jsonl"), "utf8"));
  expect(events.map(({ state }) => state)).toContain("switching");
  expect(events).toContainEqual(expect.objectContaining({ ota_status: "downloading", ota_progress: 100 }));
  expect(updated).toMatchObject({ code: 0, result: { outcome: "unconfirmed", from: "1.0.0", current: "2.0.0" } });
  expect(updated.result["interruptedMs"]).toBeGreaterThan(0);
  expect(device.read("app.txt")).toBe("two");
  expect(await device.say("status")).toMatchObject({ state: "confirming", previous: "1.0.0" });
  expect(await device.say("confirm")).toMatchObject({ outcome: "committed", state: "committed", release: 2 });
  expect((await device.update(url)).result).toMatchObject({ outcome: "nothing", current: "2.0.0" });

  expect(await device.say("rollback")).toMatchObject({ outcome: "rolled-back", current: "1.0.0" });
  expect(device.read("app.txt")).toBe("one");
  expect((await device.update(url)).result, "not offered again").toMatchObject({ outcome: "nothing", failed: [2] });

  const replayed = await fieldtape(["replay", "update.tape.jsonl", "--subject", "updater"], { cwd: shop.folder });
  expect(replayed).toMatchObject({ code: 0 });
  expect((await fieldtape(["tape", "check", "update.tape.jsonl"], { cwd: shop.folder })).code).toBe(0);
  const tape = readFileSync(join(shop.folder, "update.tape.jsonl"), "utf8").split("\n");
  const without = tape.filter((line) => !(line.includes('"type":"answer"') && line.includes("GET timestamp.json")));
  expect(without.length).toBe(tape.length - 1);
  writeFileSync(join(shop.folder, "without.tape.jsonl"), without.join("\n"));
  const unanswered = await fieldtape(["replay", "without.tape.jsonl", "--subject", "updater", "--json"], {
    cwd: shop.folder,
  });
  expect(unanswered.code).toBe(1);
  expect(unanswered.stdout).toContain('{"type":"unanswered","asked":"GET timestamp.json","recorded":"read 2"}');
});

test("a version that crashes when it starts is rolled back by itself, and not offered again", async () => {
  const shop = await ReleaseShop.open(temporaryFolder());
  const device = new Device(shop);
  writeFileSync(
    join(shop.folder, "policy.yaml"),
    'starts: 2\nlaunch: ["./run"]\nhealth: { command: ["test", "-e", "good"] }\n',
  );
  const good = { run: "#!/bin/sh\nexec sleep 300\n", good: "yes" };
  await device.install(await shop.pack("1.0.0", good), ["--policy", "policy.yaml"]);
  await shop.publish(await shop.pack("2.0.0", { run: "#!/bin/sh\nexit 3\n", bad: "yes" }));
  const { code, result } = await device.update("repo");
  expect(code).toBe(1);
  expect(result).toMatchObject({ outcome: "rolled-back", reason: "exited-3", current: "1.0.0", failed: [2] });
  expect((await device.update("repo")).result).toMatchObject({ outcome: "nothing", current: "1.0.0" });
  await shop.publish(await shop.pack("3.0.0", good));
  expect((await device.update("repo")).result).toMatchObject({ outcome: "committed", current: "3.0.0" });
  expect(await fieldtape(["ota", "device", "rollback", "--install", "device"], { cwd: shop.folder })).toMatchObject({
    code: 0,
  });
  const { pid } = JSON.parse(device.read("../application.json"));
  process.kill(pid, "SIGKILL");
}, 60_000);

test("keys are rotated, and a timestamp that has run out is refused", async () => {
  const shop = await ReleaseShop.open(temporaryFolder());
  const device = new Device(shop);
  await device.install(await shop.pack("1.0.0", { app: "one" }));
  await shop.publish(await shop.pack("1.1.0", { app: "one and a bit" }));
  expect((await device.update("repo")).code).toBe(0);
  await device.say("confirm");
  await shop.rotate();
  const rotated = await shop.pack("2.0.0", { app: "two" });
  await shop.publish(rotated);
  expect((await device.update("repo")).result).toMatchObject({ current: "2.0.0", state: "confirming" });
  await device.say("confirm");
  await shop.publish(await shop.pack("3.0.0", { app: "three" }), "1s");
  await new Promise((resolve) => setTimeout(resolve, 1100));
  expect(await device.update("repo")).toMatchObject({
    code: 1,
    result: { outcome: "refused", reason: "timestamp-expired", current: "2.0.0" },
  });
}, 60_000);

test("what is not for this device is refused before anything of it is fetched", async () => {
  const shop = await ReleaseShop.open(temporaryFolder());
  const device = new Device(shop);
  await device.install(await shop.pack("1.0.0", { app: "one" }), ["--kind", "rev-a"]);
  const other = await shop.pack("2.0.0", { app: "two" }, ["--compatible", "rev-b"]);
  await shop.publish(other);
  const install = ["ota", "device", "install", other, "--install", "second", "--trust", "1.root.json", "--json"];
  const byHand = await fieldtape([...install, "--kind", "rev-a"], { cwd: shop.folder });
  expect(byHand.code).toBe(1);
  expect(JSON.parse(byHand.stdout)).toMatchObject({ accepted: false, refused: { reason: "wrong-device" } });
  expect(existsSync(join(shop.folder, "second", "device.json"))).toBe(false);
  const { code, result } = await device.update("repo", ["--record", "refused.tape.jsonl"]);
  expect({ code, result }).toMatchObject({ code: 1, result: { outcome: "refused", reason: "wrong-device" } });
  const replay = ["replay", "refused.tape.jsonl", "--subject", "updater", "--json"];
  const { stdout } = await fieldtape(replay, { cwd: shop.folder });
  expect(stdout).not.toContain("GET objects/");
});

test("one wrong bit in any file of the repository, and the device stays as it is, to the bit", async () => {
  const shop = await ReleaseShop.open(temporaryFolder());
  const device = new Device(shop);
  await device.install(await shop.pack("1.0.0", { app: "one", library: "the same" }));
  await shop.publish(await shop.pack("2.0.0", { app: "two", library: "another" }));
  const versions = join(device.place, "versions");
  const before = await treeDigest(versions);
  const repo = join(shop.folder, "repo");
  const files = readdirSync(repo, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.(json|sig)$|objects\//.test(name),
  );
  // The root that is baked in is never fetched, nor what signs it.
  const root = createHash("sha256")
    .update(readFileSync(join(repo, "1.root.json")))
    .digest("hex");
  const fetched = files.filter((name) => !name.endsWith("root.json") && !name.includes(root));
  expect(fetched.length).toBeGreaterThanOrEqual(5);
  for (const name of fetched) {
    const path = join(repo, name);
    const good = readFileSync(path);
    const bad = Buffer.from(good);
    bad[good.length >> 1]! ^= 1;
    writeFileSync(path, bad);
    const { result } = await device.update("repo");
    expect(result["outcome"], name).toMatch(/^(refused|failed)$/);
    expect(await treeDigest(versions), name).toBe(before);
    writeFileSync(path, good);
  }
  expect((await device.update("repo")).result).toMatchObject({ current: "2.0.0" });
}, 120_000);
