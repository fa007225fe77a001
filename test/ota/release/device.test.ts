import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { componentsOf } from "../../../src/ota/release/component.ts";
import { type Device, deviceProblem } from "../../../src/ota/release/device.ts";
import type { Manifest } from "../../../src/ota/release/manifest.ts";
import { verifyPackage } from "../../../src/ota/release/verify-package.ts";
import { isVersion } from "../../../src/ota/release/version.ts";
import { foreignPackage, manifestFor } from "./packages.ts";
import { manifestOf } from "./publisher.ts";
import { session } from "./session.ts";

const installed = { app: "2.3.0", plugin_abi: 3, config_schema: 5, data_schema: 2 };
const device: Device = { product: "gateway", kind: "gw-100", platform: "linux-x64", installed };
const problem = (wish: Partial<Manifest>, changed: Partial<Device> = {}) =>
  deviceProblem(manifestOf(wish), { ...device, ...changed })?.reason;

describe("a release is for this device or is refused by its reason", () => {
  test.each<[string, Partial<Manifest>, Partial<Device>, string | undefined]>([
    ["made for it", {}, {}, undefined],
    ["of another product", { product: "meter" }, {}, "wrong-product"],
    ["for its kind", { compatible: ["gw-200", "gw-100"] }, {}, undefined],
    ["for another kind", { compatible: ["gw-200"] }, {}, "wrong-device"],
    ["for a kind, where the device does not know its own", { compatible: ["gw-200"] }, { kind: "" }, "wrong-device"],
    ["for its platform", { platform: "linux-x64" }, {}, undefined],
    ["for another platform", { platform: "linux-arm64" }, {}, "wrong-platform"],
    ["from the very version that is the oldest allowed", { min_app: "2.3.0" }, {}, undefined],
    ["from a version that is too old", { min_app: "2.3.1" }, {}, "installed-too-old"],
    [
      "from a release candidate of the oldest allowed",
      { min_app: "2.3.0" },
      { installed: { ...installed, app: "2.3.0-rc.1" } },
      "installed-too-old",
    ],
    ["of the version that is installed", { app: "2.3.0" }, {}, undefined],
    ["older than what is installed", { app: "2.2.9" }, {}, "downgrade"],
    ["older, and signed to be so", { app: "2.2.9", downgrade: true }, {}, undefined],
    ["with an older configuration schema", { config_schema: 4 }, {}, "schema-goes-back"],
    ["with an older data schema", { data_schema: 1 }, {}, "schema-goes-back"],
    [
      "older with older schemas, and signed to be so",
      { app: "2.2.9", config_schema: 4, downgrade: true },
      {},
      undefined,
    ],
    ["with newer schemas, which migrate", { config_schema: 9, data_schema: 3 }, {}, undefined],
    ["with another ABI, where no plug-in is the user's own", { plugin_abi: 4 }, {}, undefined],
    [
      "with another ABI than a plug-in of the user's",
      { plugin_abi: 4 },
      { plugins: [{ name: "mine", abi: 3 }] },
      "plugin-abi",
    ],
    ["with the ABI of the user's plug-in", {}, { plugins: [{ name: "mine", abi: 3 }] }, undefined],
  ])("%s", (_name, wish, changed, reason) => {
    expect(problem(wish, changed)).toBe(reason);
  });

  test("the first installation asks for product, kind, platform and plug-ins of the device's own only", () => {
    const { installed: _none, ...fresh } = device;
    expect(deviceProblem(manifestOf({ min_app: "9.0.0" }), fresh)).toBeUndefined();
    expect(deviceProblem(manifestOf({ compatible: ["gw-200"] }), fresh)?.reason).toBe("wrong-device");
    const plugins = [{ name: "mine", abi: 2 }];
    expect(deviceProblem(manifestOf(), { ...fresh, plugins })?.reason).toBe("plugin-abi");
  });
});

test("a package for another device is left before the first byte of its payload", async () => {
  const manifest = manifestFor({ a: "1" }, { product: "meter" });
  const bytes = await foreignPackage(manifest, []);
  const opened: string[] = [];
  const sink = { open: async ({ path }: { path: string }) => expect.unreachable(opened.push(path).toString()) };
  const verdict = await verifyPackage(Readable.from([bytes]), { trust: session(), device, sink });
  expect(verdict).toMatchObject({ refused: { reason: "wrong-product" } });
});

test.each([
  ["1.2.3", true],
  ["1.2.3-rc.1+build.5", true],
  ["0.0.0", true],
  ["v1.2.3", false],
  ["=1.2.3", false],
  [" 1.2.3", false],
  ["1.2", false],
  ["1.02.3", false],
  ["1.2.3.4", false],
  ["", false],
])("%j is a version: %s", (text, answer) => {
  expect(isVersion(text)).toBe(answer);
});

test("a release's components have the files below the folder of their name, and the application the rest", () => {
  const file = (path: string) => ({ path, sha256: "0".repeat(64), size: 0, mode: "0644" as const });
  const files = ["app.js", "plugins.txt", "plugins/a.js", "plugins/deep/b.js", "resources/x"].map(file);
  const parts = componentsOf(manifestOf({ files, components: { plugins: "3.0.1", unused: "1.0.0" } }));
  expect(parts.map(({ name, version, files }) => [name, version, files.map(({ path }) => path)])).toEqual([
    ["app", "2.4.1", ["app.js", "plugins.txt", "resources/x"]],
    ["plugins", "3.0.1", ["plugins/a.js", "plugins/deep/b.js"]],
  ]);
});
