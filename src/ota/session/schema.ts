import * as z from "zod";
import { shapeProblems } from "../../bytes/shape-problems.ts";
import { parseDuration } from "../../time/duration.ts";
import { TROUBLES } from "../transfer/transport.ts";

const span = z.string().refine(isSpan, "must be a span like 30s or 1m30s");
const command = z.array(z.string().min(1).max(4096)).min(1).max(64);
const hour = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, "must be a time like 02:30, in UTC");

/** How a device updates itself. Every key has a default: an empty policy is a good one. */
const policy = z.strictObject({
  /** Starts that a new version gets to become healthy; then it is rolled back. */
  starts: z.int().min(1).max(100).default(3),
  /** Versions that stay on the disk, the current one counted: 2 is A/B. */
  keep: z.int().min(2).max(20).default(2),
  /** How `current` names the version: a symbolic link, or a file where links need special rights. */
  pointer: z.enum(["link", "file"]).default("link"),
  /** `ask`: an update is only staged until somebody says yes. */
  consent: z.enum(["automatic", "ask"]).default("automatic"),
  /** Versions are switched only within these hours of the day. */
  window: z.strictObject({ from: hour, until: hour }).optional(),
  /** `external`: the switch is made by a process of its own, once the application has exited. */
  switch: z.enum(["here", "external"]).default("here"),
  /** Starts the application, in the folder of its version. */
  launch: command.optional(),
  /** How it is found out that a new version works. Without: whoever installed it says so with `ota device confirm`. */
  health: z
    .union([
      z.strictObject({ command }),
      z.strictObject({ url: z.url({ protocol: /^https?$/ }) }),
      z.strictObject({ alive: span }),
    ])
    .optional(),
  healthTimeout: span.default("60s"),
  exitTimeout: span.default("60s"),
  /** Room that must be left on the disk beyond what the update takes. */
  slackBytes: z
    .int()
    .min(0)
    .default(4 * 1024 * 1024),
});

export type DevicePolicy = z.infer<typeof policy>;

/** `device.json`: what this device is, written by the first installation. */
const deviceFile = z.strictObject({
  schema: z.literal(1),
  product: z.string().min(1).max(200),
  kind: z.string().min(1).max(200).optional(),
  platform: z.string().min(1).max(100),
  /** Plug-ins of the user's own, which an update does not bring along. */
  plugins: z
    .array(z.strictObject({ name: z.string().min(1).max(200), abi: z.int().min(0) }))
    .max(1000)
    .optional(),
  /** The root that was baked in when the application was packed. */
  root: z.string().max(600_000),
  policy,
});

export type DeviceFile = z.infer<typeof deviceFile>;

/** The value, or one line for each thing that is wrong. */
export type Parsed<T> = { readonly value: T } | { readonly problems: readonly string[] };

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const counter = z.int().min(0);

/** What a session was given, as its tape begins. */
const sessionBegin = z.object({
  type: z.literal("begin"),
  command: z.discriminatedUnion("name", [
    z.object({ name: z.enum(["update", "resume", "confirm", "rollback", "recover"]) }),
    z.object({
      name: z.literal("install"),
      offer: z.object({
        release: counter,
        version: z.string(),
        manifest: digest,
        notes: z.string(),
        components: z.array(
          z.object({
            name: z.string(),
            version: z.string(),
            files: z.array(z.object({ path: z.string(), sha256: digest, size: counter, mode: counter })),
          }),
        ),
      }),
    }),
  ]),
  location: z.string(),
  device: deviceFile,
});

export type SessionBegin = z.infer<typeof sessionBegin>;

const failed = z.object({ failed: z.string() });
const fileAnswer = z.union([
  failed,
  z.object({ ok: z.literal("done") }),
  z.object({
    ok: z.literal("entries"),
    entries: z.array(
      z.object({
        name: z.string(),
        kind: z.enum(["file", "folder", "link", "other"]),
        target: z.string().exactOptional(),
      }),
    ),
  }),
  z.object({
    ok: z.literal("text"),
    text: z
      .string()
      .optional()
      .transform((text) => text ?? undefined),
  }),
  z.object({ ok: z.literal("digest"), digest: z.object({ sha256: z.string(), size: counter }).optional() }),
  z.object({ ok: z.literal("free"), free: z.number() }),
]);
const reason = z.string().exactOptional();
const answer = z.union([
  z.object({ port: z.literal("disk"), answers: z.array(fileAnswer) }),
  z.object({
    port: z.literal("http"),
    head: z.object({ status: z.int(), headers: z.record(z.string(), z.string()) }),
  }),
  z.object({
    port: z.literal("http"),
    piece: counter,
    text: z.string().exactOptional(),
    b64: z.string().exactOptional(),
  }),
  z.object({ port: z.literal("http"), end: z.literal(true) }),
  z.object({ port: z.literal("http"), broken: z.enum(TROUBLES), detail: z.string() }),
  z.object({ port: z.literal("store"), chunks: z.array(digest) }),
  failed.extend({ port: z.literal("store") }),
  z.object({ port: z.literal("chance"), draw: counter }),
  z.object({ port: z.literal("wall"), wall: z.number() }),
  z.object({ port: z.literal("consent"), given: z.boolean() }),
  z.object({ port: z.enum(["exit", "launch"]), failed: reason }),
  z.object({ port: z.literal("health"), healthy: z.boolean(), reason }),
]);

const sessionInput = z.union([
  sessionBegin,
  z.object({ type: z.literal("answer"), ask: counter, to: z.string(), answer }),
  z.object({ type: z.literal("cancel") }),
  z.object({ type: z.literal("elapsed") }),
]);

export type RecordedInput = z.infer<typeof sessionInput>;

/** What an updater was told, as it stands on a tape; `undefined` if no session hears such a thing. */
export function parseRecordedInput(value: unknown): RecordedInput | undefined {
  return sessionInput.safeParse(value).data;
}

function isSpan(text: string): boolean {
  try {
    return parseDuration(text) >= 0;
  } catch {
    return false;
  }
}

const at = z.int().min(0).exactOptional();
const worldFault = z.discriminatedUnion("fault", [
  z.object({ fault: z.literal("cut-power"), at, operation: counter.exactOptional() }),
  z.object({ fault: z.literal("disk-full"), at, bytes: counter.default(0) }),
  z.object({ fault: z.literal("slow-server"), at, bytesPerSecond: counter }),
]);

/** A fault of a port, as a scenario tells it to a subject; `undefined` for any other. */
export function parseWorldFault(value: unknown): z.infer<typeof worldFault> | undefined {
  return worldFault.safeParse(value).data;
}

export const parseDeviceFile = (value: unknown): Parsed<DeviceFile> => parsed(deviceFile, value, "a device");
export const parsePolicy = (value: unknown): Parsed<DevicePolicy> => parsed(soundPolicy, value, "a policy");

/** How long a version that is started, and not asked for its health, must run to be taken for good. */
export const ALIVE_DEFAULT = "5s";

/** One that can be kept: a version that must live longer than anybody waits for it would never be taken for good. */
const soundPolicy = policy.superRefine(({ launch, health, healthTimeout }, problem) => {
  const started = launch === undefined ? undefined : ALIVE_DEFAULT;
  const alive = health === undefined ? started : "alive" in health ? health.alive : undefined;
  if (alive === undefined || parseDuration(alive) < parseDuration(healthTimeout)) return;
  const message = `must be longer than ${alive}, for which a version has to run, or every version is rolled back`;
  problem.addIssue({ code: "custom", path: ["healthTimeout"], message });
});

function parsed<T>(schema: z.ZodType<T>, value: unknown, of: string): Parsed<T> {
  const result = schema.safeParse(value);
  if (result.success) return { value: result.data };
  const problems = shapeProblems(result.error.issues, { value, schema: z.toJSONSchema(schema, { io: "input" }), of });
  return { problems: problems.map(({ path, message }) => `${path.join(".") || "(top)"}: ${message}`) };
}
