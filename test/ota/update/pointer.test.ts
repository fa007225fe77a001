import { expect, test } from "vitest";
import { DEFAULT_POLICY } from "../../../src/ota/update/updater-talk.ts";
import { Device, releases } from "./device.ts";

/** As where links need special rights. */
function deviceWithFile(): Device {
  const device = new Device();
  device.policy = { ...DEFAULT_POLICY, pointer: "file" };
  device.session({ name: "install", offer: releases.first });
  device.offered = releases.second;
  return device;
}

test("where links need special rights, a small file names the current version, changed by the same rename", () => {
  const device = deviceWithFile();
  expect(device.text("current")).toBe("versions/1.0.0\n");
  device.session({ name: "update" });
  expect(device.text("current")).toBe("versions/2.0.0\n");
  expect(device.asked.some(({ do: what }) => what === "link")).toBe(false);
  expect(device.asked).toContainEqual({ do: "rename", from: ".current", path: "current" });
  const made = device.asked.findIndex(({ do: what, path }) => what === "create" && path === ".current");
  expect(device.asked.slice(made + 1, made + 4)).toEqual([
    { do: "sync", path: ".current" },
    { do: "rename", from: ".current", path: "current" },
    { do: "sync-folder", path: "" },
  ]);
});

test("a pointer file goes back, too, and a restart finds nothing to do", () => {
  const device = deviceWithFile();
  device.healthy = false;
  expect(device.session({ name: "update" })).toMatchObject({ outcome: "rolled-back" });
  expect(device.text("current")).toBe("versions/1.0.0\n");
  expect(device.session({ name: "resume" })).toMatchObject({ outcome: "nothing" });
});

test("a pointer that somebody has turned elsewhere is turned back to what the journal says", () => {
  const device = deviceWithFile();
  device.overwrite("current", "somewhere/else\n");
  device.session({ name: "recover" });
  expect(device.text("current")).toBe("versions/1.0.0\n");
});
