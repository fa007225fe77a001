import * as z from "zod";
import { isVersion } from "../../ota/release/version.ts";

const path = z
  .string()
  .min(1)
  .max(1024)
  .refine((text) => !text.startsWith("/") && !text.split(/[/\\]/).includes(".."), "must be a path inside the project");

/** A program and its arguments: never a shell's line. */
const command = z.array(z.string().max(4096)).min(1).max(200);
const commands = z.array(command).max(20);

/** How a project makes its releases; docs/releasing.md lists the keys. */
export const releaseSchema = z.strictObject({
  product: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "must be a name of letters, digits, dots, dashes"),
  /** `host`: the system that it is made on. */
  platform: z.union([z.literal("host"), z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/)]).default("any"),
  compatible: z.array(z.string().max(100)).max(100).default([]),
  minApp: z.string().refine(isVersion, "must be a version").optional(),
  /** Where finished releases go, each in a folder of its own; the work in progress, too. */
  out: path.default(".fieldtape/release"),
  tag: z
    .string()
    .max(100)
    .regex(
      /^[A-Za-z0-9._/-]*\{version\}[A-Za-z0-9._/-]*$/,
      "must hold {version} once, besides letters, digits and ._/-",
    )
    .default("v{version}"),
  /** How the checkout gets its dependencies: links to the ones that are installed here, a command, or not at all. */
  dependencies: z.union([z.literal("link"), command]).optional(),
  tests: commands.default([]),
  build: commands.default([]),
  /** Prints a JSON object of what the built product says of itself; `app` must be the version that is released. */
  versions: command.optional(),
  /** Files and folders of the checkout that are packed, as they are named there. */
  payload: z.array(path).min(1).max(1000),
  /** Ends of the names of files in them, and in the packages of npm, that nobody needs to run it. */
  leaveOut: z.array(z.string().min(2).max(100)).max(100).default([]),
  /** The production packages of npm that are shipped with it. */
  modules: z
    .strictObject({
      /** Dependencies that the build has taken into its own files. */
      bundled: z.array(z.string().max(214)).max(1000).default([]),
      /** Licences, by their SPDX names, under which a package may be shipped. */
      licences: z.array(z.string().min(1).max(100)).min(1).max(100),
    })
    .optional(),
  keys: z
    .strictObject({ release: z.array(path).max(32).default([]), timestamp: z.array(path).max(32).default([]) })
    .optional(),
  /** The newest root that devices trust. */
  trust: path.optional(),
  /** Whether that root is packed, for a product that makes its own first installation. */
  bakeTrust: z.boolean().default(false),
  repository: path.optional(),
  expires: z.string().max(40).default("30d"),
  upload: command.optional(),
});
export type ReleaseSettings = z.infer<typeof releaseSchema>;

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const factsSchema = z.strictObject({
  version: z.string().refine(isVersion),
  before: z.string(),
  release: z.int().min(1),
  tag: z.string(),
  base: z.string().regex(/^[0-9a-f]{40,64}$/),
  commit: z.string().regex(/^[0-9a-f]{40,64}$/),
  date: z.string(),
  since: z.string().optional(),
});
/** What is released: decided once, in the first step. */
export type ReleaseFacts = Readonly<z.infer<typeof factsSchema>>;

const stateSchema = z.strictObject({
  schema: z.literal(1),
  facts: factsSchema.optional(),
  steps: z.record(z.string(), z.strictObject({ key: digest, files: z.record(z.string(), digest) })),
});
/** How far a release has come. */
export type ReleaseState = Readonly<z.infer<typeof stateSchema>>;

/** `undefined`: it says nothing that this version understands. */
export function parseReleaseState(text: string): ReleaseState | undefined {
  return parsedJson(text, stateSchema);
}

const dependencyNames = z.record(z.string(), z.string()).optional();

/** One package of `package-lock.json`, lockfile version 3; the rest of it is npm's business. */
const lockedSchema = z.looseObject({
  name: z.string().optional(),
  version: z.string().optional(),
  license: z.string().optional(),
  dev: z.boolean().optional(),
  link: z.boolean().optional(),
  dependencies: dependencyNames,
  optionalDependencies: dependencyNames,
  peerDependencies: dependencyNames,
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().optional() })).optional(),
});
export type LockedPackage = Readonly<z.infer<typeof lockedSchema>>;

const lockSchema = z.looseObject({ version: z.string().optional(), packages: z.record(z.string(), lockedSchema) });
export type PackageLock = Readonly<z.infer<typeof lockSchema>>;

/** `undefined`: not a lockfile as npm 7 and later write it. */
export function parsePackageLock(text: string): PackageLock | undefined {
  return parsedJson(text, lockSchema);
}

const packageSchema = z.looseObject({ name: z.string().optional(), version: z.string() });

export function parsePackageJson(text: string): z.infer<typeof packageSchema> | undefined {
  return parsedJson(text, packageSchema);
}

const componentSchema = z.looseObject({ "bom-ref": z.string(), name: z.string(), version: z.string().optional() });
const billSchema = z.looseObject({
  bomFormat: z.literal("CycloneDX"),
  specVersion: z.string(),
  metadata: z.looseObject({ component: componentSchema }),
  components: z.array(componentSchema).max(100_000),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()).optional() })).max(100_000),
});
/** A bill of materials as CycloneDX 1.5 has it: what is read of it, and whatever else it says. */
export type BillOfMaterials = z.infer<typeof billSchema>;

export function parseBillOfMaterials(text: string): BillOfMaterials | undefined {
  return parsedJson(text, billSchema);
}

const saidSchema = z.looseObject({
  app: z.string(),
  plugin_abi: z.int().min(1).default(1),
  config_schema: z.int().min(1).default(1),
  data_schema: z.int().min(1).default(1),
});
/** What a built product says of itself, under the names of a manifest. */
export type SaidVersions = Readonly<z.infer<typeof saidSchema>>;

export function parseSaidVersions(text: string): SaidVersions | undefined {
  return parsedJson(text, saidSchema);
}

function parsedJson<T>(text: string, schema: z.ZodType<T>): T | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
