import { sha256Hex } from "../../bytes/sha256.ts";
import type { BillOfMaterials, ReleaseFacts } from "./schema.ts";
import type { ShippedPackage } from "./shipped-packages.ts";

export interface BillOptions {
  readonly product: string;
  readonly platform: string;
  readonly facts: Pick<ReleaseFacts, "version" | "commit" | "date">;
  readonly shipped: readonly ShippedPackage[];
}

/**
 * A bill of materials that npm wrote (CycloneDX 1.5), narrowed to what is shipped and freed of whatever depends on when, where and by
 * which npm it was written: the same commit gives the same bytes.
 *
 * @returns also the packages that it should name and does not
 */
export function releaseBill(
  bill: BillOfMaterials,
  { product, platform, facts, shipped }: BillOptions,
): { readonly bill: BillOfMaterials; readonly missing: readonly string[] } {
  const own = bill.metadata.component["bom-ref"];
  const wanted = new Set(shipped.map(({ name, version }) => `${name}@${version}`));
  const byRef = new Map(bill.components.map((component) => [component["bom-ref"], component]));
  const components = [...byRef.values()]
    .filter(({ name, version }) => wanted.has(`${name}@${version ?? ""}`))
    .toSorted((a, b) => (a["bom-ref"] < b["bom-ref"] ? -1 : 1));
  const named = new Set(components.map(({ name, version }) => `${name}@${version ?? ""}`));
  const refs = new Set([own, ...components.map((component) => component["bom-ref"])]);
  const dependencies = [...new Map(bill.dependencies.map((one) => [one.ref, one])).values()]
    .filter(({ ref }) => refs.has(ref))
    .toSorted((a, b) => (a.ref < b.ref ? -1 : 1))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)).toSorted() }));
  const narrowed: BillOfMaterials = {
    $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
    bomFormat: "CycloneDX",
    specVersion: bill.specVersion,
    serialNumber: serialNumber(`${product} ${facts.version} ${platform} ${facts.commit}`),
    version: 1,
    metadata: {
      timestamp: facts.date,
      lifecycles: [{ phase: "build" }],
      tools: [{ vendor: "npm", name: "cli" }],
      component: { ...bill.metadata.component, type: "application", name: product, version: facts.version },
    },
    components,
    dependencies,
  };
  return { bill: narrowed, missing: [...wanted].filter((name) => !named.has(name)).toSorted() };
}

/** A UUID made of a digest (RFC 9562, version 8). */
function serialNumber(text: string): string {
  const digest = sha256Hex(new TextEncoder().encode(text));
  const groups = [digest.slice(0, 8), digest.slice(8, 12), `8${digest.slice(13, 16)}`, `8${digest.slice(17, 20)}`];
  return `urn:uuid:${[...groups, digest.slice(20, 32)].join("-")}`;
}
