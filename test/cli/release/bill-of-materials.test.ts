import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { releaseBill } from "../../../src/cli/release/bill-of-materials.ts";
import { licenceTexts, refuseForbidden } from "../../../src/cli/release/licence-texts.ts";
import { parseBillOfMaterials } from "../../../src/cli/release/schema.ts";
import { billProblems } from "../../bill-of-materials.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const component = (name: string, version: string) => ({
  "bom-ref": `${name}@${version}`,
  type: "library",
  name,
  version,
  scope: "required",
  purl: `pkg:npm/${name}@${version}`,
  licenses: [{ license: { id: "MIT" } }],
  hashes: [{ alg: "SHA-512", content: "ab".repeat(64) }],
});
/** As npm writes it: another one each time. */
const npmBill = (serial: string, timestamp: string) =>
  parseBillOfMaterials(
    JSON.stringify({
      bomFormat: "CycloneDX",
      specVersion: "1.5",
      serialNumber: `urn:uuid:${serial}`,
      version: 1,
      metadata: {
        timestamp,
        tools: [{ vendor: "npm", name: "cli", version: serial }],
        component: component("folder", "1.0.0"),
      },
      components: [
        component("wire", "2.0.0"),
        component("tool", "1.0.0"),
        component("colour", "1.0.0"),
        component("wire", "2.0.0"),
      ],
      dependencies: [
        { ref: "wire@2.0.0", dependsOn: ["tool@1.0.0", "colour@1.0.0"] },
        { ref: "tool@1.0.0", dependsOn: [] },
        { ref: "folder@1.0.0", dependsOn: ["wire@2.0.0"] },
      ],
    }),
  )!;
const shippedAs = (name: string, version: string, licence = "MIT") =>
  ({ path: `node_modules/${name}`, name, version, licence, asFolder: true }) as const;
const OPTIONS = {
  product: "gateway",
  platform: "linux-x64",
  facts: { version: "1.0.0", commit: "0".repeat(40), date: "2026-11-21T12:00:00Z" },
  shipped: [shippedAs("wire", "2.0.0"), shippedAs("colour", "1.0.0")],
};

test("a bill of materials names what is shipped and nothing else, and keeps to CycloneDX 1.5", () => {
  const { bill, missing } = releaseBill(npmBill("1", "2020-01-01T00:00:00.123Z"), OPTIONS);
  expect(missing).toEqual([]);
  expect(billProblems(bill)).toEqual([]);
  expect(bill.components.map(({ name }) => name)).toEqual(["colour", "wire"]);
  expect(bill.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn])).toEqual([
    ["folder@1.0.0", ["wire@2.0.0"]],
    ["wire@2.0.0", ["colour@1.0.0"]],
  ]);
});

test("when and by which npm it was written does not show; another commit does", () => {
  const text = (bill: ReturnType<typeof npmBill>, commit: string) =>
    JSON.stringify(releaseBill(bill, { ...OPTIONS, facts: { ...OPTIONS.facts, commit } }).bill);
  const [one, other] = [npmBill("1", "2020-01-01T00:00:00Z"), npmBill("2", "2030-01-01T00:00:00Z")];
  expect(text(one, "0".repeat(40))).toBe(text(other, "0".repeat(40)));
  expect(text(one, "0".repeat(40))).not.toBe(text(one, "1".repeat(40)));
});

test("a package that is shipped and not in the bill is told", () => {
  const shipped = [...OPTIONS.shipped, shippedAs("lost", "9.0.0")];
  expect(releaseBill(npmBill("1", ""), { ...OPTIONS, shipped }).missing).toEqual(["lost@9.0.0"]);
});

test("a licence that is not in the list stops the release, by the package's name", () => {
  const shipped = [
    shippedAs("good", "1.0.0"),
    shippedAs("bad", "2.0.0", "GPL-3.0-only"),
    shippedAs("mute", "3.0.0", ""),
  ];
  expect(() => refuseForbidden(shipped, new Set(["MIT"]))).toThrow(/bad 2\.0\.0: GPL-3\.0-only\n.*mute 3\.0\.0: none/);
  expect(() => refuseForbidden(shipped.slice(0, 1), new Set(["MIT"]))).not.toThrow();
});

test("every package stands in the licences; one without a text is told by name", async () => {
  const folder = temporaryFolder();
  for (const name of ["wire", "colour"]) mkdirSync(join(folder, "node_modules", name), { recursive: true });
  writeFileSync(join(folder, "node_modules/wire/LICENCE.md"), "Do as you please.\r\n");
  writeFileSync(join(folder, "node_modules/wire/NOTICE"), "By the wire's authors.");
  const { text, without } = await licenceTexts(folder, OPTIONS.shipped);
  expect(without).toEqual(["colour 1.0.0"]);
  expect(text).toContain("\nwire 2.0.0\nMIT\n");
  expect(text).toContain("Do as you please.\n");
  expect(text).toContain("By the wire's authors.");
  expect(text).toContain("\ncolour 1.0.0\nMIT\n");
});
