import { expect, test } from "vitest";
import { isLicenceAllowed } from "../../../src/cli/release/licence-rule.ts";
import { parsePackageLock } from "../../../src/cli/release/schema.ts";
import { shippedPackages } from "../../../src/cli/release/shipped-packages.ts";

const LOCK = parsePackageLock(
  JSON.stringify({
    version: "1.0.0",
    packages: {
      "": {
        dependencies: { screen: "1", wire: "1" },
        optionalDependencies: { fleet: "1" },
        devDependencies: { test: "1" },
      },
      "node_modules/screen": { version: "1.0.0", license: "MIT", dependencies: { shared: "1", colour: "1" } },
      "node_modules/colour": { version: "2.0.0", license: "ISC" },
      "node_modules/wire": {
        version: "3.0.0",
        license: "MIT",
        dependencies: { shared: "2" },
        optionalDependencies: { native: "1" },
      },
      "node_modules/wire/node_modules/shared": { version: "2.0.0", license: "MIT" },
      "node_modules/shared": {
        version: "1.0.0",
        license: "MIT",
        peerDependencies: { types: "1" },
        peerDependenciesMeta: { types: { optional: true } },
      },
      "node_modules/native": { version: "1.0.0", license: "MIT" },
      "node_modules/test": { version: "1.0.0", license: "GPL-3.0-only", dev: true },
      "node_modules/types": { version: "1.0.0", license: "MIT", dev: true },
    },
  }),
)!;
const shipped = (bundled: readonly string[], absent: readonly string[] = []) =>
  shippedPackages(LOCK, { bundled: new Set(bundled), installed: (path) => !absent.includes(path) });

test("what is shipped is what runs: everything that is reached from the dependencies, as Node finds it", () => {
  const { packages, missing } = shipped([]);
  expect(packages.map(({ path, version }) => `${path} ${version}`)).toEqual([
    "node_modules/colour 2.0.0",
    "node_modules/native 1.0.0",
    "node_modules/screen 1.0.0",
    "node_modules/shared 1.0.0",
    "node_modules/wire 3.0.0",
    "node_modules/wire/node_modules/shared 2.0.0",
  ]);
  expect(missing, "the optional fleet is for another system").toEqual([]);
});

test("what only a bundled package needs is named, and not shipped as a folder", () => {
  const folders = shipped(["screen"]).packages.filter(({ asFolder }) => asFolder);
  expect(folders.map(({ path }) => path)).toEqual([
    "node_modules/native",
    "node_modules/wire",
    "node_modules/wire/node_modules/shared",
  ]);
  expect(shipped(["screen"]).packages).toHaveLength(6);
});

test("a dependency that is not installed is missing; an optional one is not", () => {
  expect(shipped([], ["node_modules/colour", "node_modules/native"]).missing).toEqual(["colour"]);
});

test.for([
  ["MIT", true],
  ["GPL-3.0-only", false],
  ["(MIT OR GPL-3.0-only)", true],
  ["MIT AND GPL-3.0-only", false],
  ["(GPL-3.0-only OR (MIT AND ISC))", true],
  ["GPL-2.0-only WITH Classpath-exception-2.0", true],
  ["MIT WITH Classpath-exception-2.0", false],
  ["", false],
  ["MIT OR", false],
  ["SEE LICENSE IN LICENSE.md", false],
  ["(MIT", false],
  ["MIT ISC", false],
] as const)("licence %s is allowed: %s", ([expression, allowed]) => {
  const list = new Set(["MIT", "ISC", "GPL-2.0-only WITH Classpath-exception-2.0"]);
  expect(isLicenceAllowed(expression, list)).toBe(allowed);
});
