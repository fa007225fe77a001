import { z } from "zod";

const span = z.string().regex(/^[0-9.]+(ms|s|m|h|d)([0-9.]+(ms|s|m|h))*$/, "must be a span like 30s or 1m30s");
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

export const parseDeviceFile = (value: unknown): Parsed<DeviceFile> => parsed(deviceFile, value);
export const parsePolicy = (value: unknown): Parsed<DevicePolicy> => parsed(policy, value);

function parsed<T>(schema: z.ZodType<T>, value: unknown): Parsed<T> {
  const result = schema.safeParse(value);
  if (result.success) return { value: result.data };
  return { problems: result.error.issues.map(({ path, message }) => `${path.join(".") || "(top)"}: ${message}`) };
}
