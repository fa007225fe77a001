import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape, startFieldtape } from "./command-line.ts";
import { Device, ReleaseShop } from "./release-shop.ts";

test("a device without a version to stand on says so whenever it is asked, and writes down what is there", async () => {
  const shop = await ReleaseShop.open(temporaryFolder());
  const device = new Device(shop);
  await device.install(await shop.pack("1.0.0", { "app.txt": "one" }));
  await shop.publish(await shop.pack("2.0.0", { "app.txt": "two" }));
  rmSync(join(shop.folder, "device", "versions", "1.0.0"), { recursive: true });
  expect(await device.say("status")).toMatchObject({ state: "inconsistent", current: "1.0.0" });

  const report = join(shop.folder, "device", "inconsistent.json");
  const { code, result } = await device.update("repo");
  expect(code).toBe(1);
  expect(result).toMatchObject({ outcome: "inconsistent", reason: "no-tree", state: "inconsistent", report });
  expect(JSON.parse(readFileSync(report, "utf8"))).toMatchObject({
    type: "inconsistency",
    reason: "no-tree",
    folders: { ".": { entries: expect.arrayContaining([expect.objectContaining({ name: "current" })]) } },
    files: { "journal.jsonl": { text: expect.stringContaining('"type":"installed"') } },
  });
  const told = await fieldtape(["ota", "device", "status", "--install", "device"], { cwd: shop.folder });
  expect(told.stdout).toContain("INCONSISTENT");

  // The words name the command that packs what somebody needs who is to help.
  const named = /bundle create --install (\S+) -o device\.zip/.exec(told.stdout)?.[1];
  expect(named).toBe(join(shop.folder, "device"));
  expect(result).toMatchObject({ help: `fieldtape bundle create --install ${named} -o device.zip` });
  const packing = ["bundle", "create", "--install", named!, "-o", "device.zip", "--json"];
  const packed = await fieldtape(packing, { cwd: shop.folder });
  expect(packed.code).toBe(0);
  const { files } = JSON.parse(packed.stdout) as { files: { path: string }[] };
  const names = ["journal.jsonl", "device.json", "inconsistent.json", "folders.json", "status.json"];
  expect(files.map(({ path }) => path)).toEqual(expect.arrayContaining(names.map((name) => `installation/${name}`)));

  rmSync(join(shop.folder, "device", "journal.jsonl"));
  expect(await device.say("status")).toMatchObject({ state: "inconsistent", current: null });
});

test("an update does not end because its events cannot be written any more", async () => {
  const shop = await ReleaseShop.open(temporaryFolder());
  const device = new Device(shop);
  await device.install(await shop.pack("1.0.0", { "app.txt": "one" }));
  await shop.publish(await shop.pack("2.0.0", { "app.txt": "two" }));
  const nowhere = await fieldtape(
    ["ota", "device", "update", "--repo", "repo", "--install", "device", "--events", "no/such"],
    {
      cwd: shop.folder,
    },
  );
  expect(nowhere).toMatchObject({ code: 3, stdout: "" });
  const { code, result } = await device.update("repo", ["--events", "/dev/full"]);
  expect({ code, result }).toMatchObject({ code: 0, result: { outcome: "unconfirmed", current: "2.0.0" } });
});

test("nothing is installed with a policy that cannot be read, or that is wrong", async () => {
  const shop = await ReleaseShop.open(temporaryFolder());
  const name = await shop.pack("1.0.0", { "app.txt": "one" });
  const flags = ["--install", "device", "--trust", "1.root.json", "--policy", "policy.yaml"];
  for (const [policy, problem] of [
    ["[", "the policy is neither JSON nor YAML"],
    ["kepp: 3", "kepp: is no key of a policy; did you mean keep?"],
  ] as const) {
    writeFileSync(join(shop.folder, "policy.yaml"), policy);
    const { code, stderr } = await fieldtape(["ota", "device", "install", name, ...flags], { cwd: shop.folder });
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(problem) });
    expect(existsSync(join(shop.folder, "device"))).toBe(false);
  }
});

test("a second session says who is at work, and touches nothing", async () => {
  const shop = await ReleaseShop.open(temporaryFolder());
  const device = new Device(shop);
  await device.install(await shop.pack("1.0.0", { "app.txt": "one" }));
  await shop.publish(await shop.pack("2.0.0", { "app.txt": "two" }));
  const url = await serveNothing();
  const first = startFieldtape(["ota", "device", "update", "--repo", url, "--install", "device"], { cwd: shop.folder });
  await expect.poll(() => existsSync(join(device.place, "updater.lock")), { timeout: 30_000 }).toBe(true);
  const args = ["ota", "device", "update", "--repo", "repo", "--install", "device", "--json"];
  const second = await fieldtape(args, { cwd: shop.folder });
  expect(second).toMatchObject({ code: 3, stdout: "" });
  expect(second.stderr).toContain(`another session is at work: process ${first.child.pid}`);

  first.child.kill("SIGINT");
  const { code, stdout } = await first.finished;
  expect({ code, stdout }).toMatchObject({ code: 130, stdout: expect.stringMatching(/^failed; .* \(cancelled\)$/m) });
  expect(await device.say("status"), "whoever stops an update keeps what he has").toMatchObject({ current: "1.0.0" });
  expect((await device.update("repo")).result).toMatchObject({ outcome: "unconfirmed", current: "2.0.0" });
}, 60_000);

/** A server that takes every request and answers none. */
async function serveNothing(): Promise<string> {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
