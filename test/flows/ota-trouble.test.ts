import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape } from "./command-line.ts";
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
