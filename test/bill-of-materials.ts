/**
 * What of a bill of materials breaks CycloneDX 1.5 (bom-1.5.schema.json: what is required, which words there are, what must be unique),
 * as far as an npm project's bill goes.
 */
export function billProblems(bill: Readonly<Record<string, unknown>>): readonly string[] {
  const problems: string[] = [];
  const must = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem);
  };
  must(bill["bomFormat"] === "CycloneDX" && bill["specVersion"] === "1.5", "it is no CycloneDX 1.5");
  must(UUID.test(String(bill["serialNumber"])), `its serial number is ${bill["serialNumber"]}`);
  must(Number.isInteger(bill["version"]) && Number(bill["version"]) >= 1, "it has no version");
  const metadata = objectOf(bill["metadata"]);
  must(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(String(metadata["timestamp"])), "its timestamp is no date");
  const own = objectOf(metadata["component"]);
  const components = [own, ...listOf(bill["components"])];
  for (const component of components) problems.push(...componentProblems(component));
  const refs = components.map((component) => String(component["bom-ref"]));
  must(new Set(refs).size === refs.length, "two components have one bom-ref");
  for (const dependency of listOf(bill["dependencies"])) {
    const named = [dependency["ref"], ...(Array.isArray(dependency["dependsOn"]) ? dependency["dependsOn"] : [])];
    for (const ref of named) must(refs.includes(String(ref)), `a dependency names ${ref}, which is not there`);
  }
  return problems;
}

const UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TYPES = new Set(["application", "library", "framework"]);
const SCOPES = new Set(["required", "optional", "excluded", "undefined"]);
const DIGESTS: Readonly<Record<string, number>> = { "SHA-1": 40, "SHA-256": 64, "SHA-512": 128 };

function componentProblems(component: Readonly<Record<string, unknown>>): readonly string[] {
  const name = String(component["bom-ref"]);
  const wrong: readonly (readonly [boolean, string])[] = [
    [!TYPES.has(String(component["type"])), "has no type"],
    [typeof component["name"] !== "string" || component["name"] === "", "has no name"],
    [!SCOPES.has(String(component["scope"])), "has no scope that there is"],
    [!/^pkg:npm\/.+@[^@]+$/.test(String(component["purl"])), "has no package URL"],
    [listOf(component["licenses"]).length === 0, "has no licence"],
    [
      listOf(component["licenses"]).some((one) => ("license" in one ? 1 : 0) + ("expression" in one ? 1 : 0) !== 1),
      "has a licence that is neither a name nor an expression",
    ],
    [
      listOf(component["hashes"]).some(
        (one) =>
          String(one["content"]).length !== DIGESTS[String(one["alg"])] || !/^[0-9a-f]+$/.test(String(one["content"])),
      ),
      "has a hash that is none",
    ],
  ];
  return wrong.filter(([holds]) => holds).map(([, problem]) => `${name} ${problem}`);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}
