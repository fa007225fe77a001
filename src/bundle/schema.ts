import * as z from "zod";
import { collidingPath, pathProblem } from "../bytes/portable-path.ts";
import { shapeProblems } from "../bytes/shape-problems.ts";
import { BUNDLE_SCHEMA, type BundleManifest, FILE_KINDS, MANIFEST_FILE, SIGNATURE_FILE } from "./bundle-manifest.ts";
import { ENTRIES_MAX, TAPES_MAX, TOTAL_BYTES_MAX } from "./limits.ts";

const name = z.string().min(1).max(200);
const text = z.string().max(100_000);
const path = z.string().check((found) => {
  const problem = pathProblem(found.value);
  if (problem !== undefined) found.issues.push({ code: "custom", message: problem, input: found.value });
});

const file = z.strictObject({
  path,
  kind: z.enum(FILE_KINDS),
  size: z.int().min(0).max(TOTAL_BYTES_MAX),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hex digits"),
});

const outcome = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("said"), records: z.int().min(0), faults: z.int().min(0) }),
  z.strictObject({ type: z.literal("failed"), code: name, message: text, line: z.int().min(0).optional() }),
  z.strictObject({ type: z.literal("unplayable"), code: name, message: text }),
]);

const tape = z.strictObject({
  path,
  trace: z.strictObject({ path: path.optional(), outcome }).optional(),
  redaction: z
    .strictObject({ verdict: z.enum(["same", "different", "not-compared"]), report: z.record(z.string(), z.json()) })
    .optional(),
});

const versions = z
  .object({
    app: name,
    plugin_abi: z.int().min(0),
    config_schema: z.int().min(0),
    data_schema: z.int().min(0),
  })
  .catchall(z.union([text, z.int()]));

const manifest = z
  .strictObject({
    type: z.literal("bundle", { error: "is no bundle's manifest" }),
    schema: z.literal(BUNDLE_SCHEMA, { error: `this fieldtape knows bundles of schema ${BUNDLE_SCHEMA} only` }),
    subject: z
      .strictObject({
        name,
        builtIn: name.optional(),
        options: z.json(),
        seed: z.int().min(0).max(0xffff_ffff),
      })
      .optional(),
    versions,
    redaction: name.optional(),
    tapes: z.array(tape).max(TAPES_MAX),
    files: z.array(file).max(ENTRIES_MAX),
  })
  .check((found) => {
    const problem = contradiction(found.value);
    if (problem !== undefined) found.issues.push({ code: "custom", message: problem, input: undefined });
  });

/** The manifest, or what is wrong with it. Its bytes are verified before, where that was asked for. */
export function parseManifest(bytes: Uint8Array): { manifest: BundleManifest } | { problem: string } {
  const value = jsonOf(bytes);
  if (value === undefined) return { problem: "it is no JSON" };
  const parsed = manifest.safeParse(value);
  if (parsed.success) return { manifest: parsed.data };
  const schema = z.toJSONSchema(manifest, { io: "input", unrepresentable: "any" });
  const [first] = shapeProblems(parsed.error.issues, { value, schema, of: "a bundle's manifest" });
  const place =
    first === undefined || first.path.length === 0
      ? ""
      : `${first.path
          .join(".")
          .replaceAll(/\p{Cc}/gu, "?")
          .slice(0, 200)} `;
  return { problem: `${place}${first?.message ?? "is not valid"}` };
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** Every name in it must be that of a file in it, and of one only. */
function contradiction({ files, tapes }: Pick<BundleManifest, "files" | "tapes">): string | undefined {
  const colliding = collidingPath([MANIFEST_FILE, SIGNATURE_FILE, ...files.map((one) => one.path)]);
  if (colliding !== undefined) return `two files are called ${JSON.stringify(colliding)} on some systems`;
  const kinds = new Map(files.map((one) => [one.path, one.kind]));
  for (const { path: named, trace } of tapes) {
    if (kinds.get(named) !== "tape") return `there is no tape ${JSON.stringify(named)}`;
    if (trace?.path !== undefined && kinds.get(trace.path) !== "trace")
      return `there is no trace ${JSON.stringify(trace.path)}`;
  }
  return undefined;
}
