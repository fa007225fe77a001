import * as z from "zod";
import { GAP_CAUSES, LINK_CHANGES } from "../bytes/channel.ts";
import type { Json, JsonObject } from "../bytes/json.ts";
import { isSha256Hex } from "../bytes/sha256.ts";
import { parseIso } from "../time/iso.ts";
import { nanos } from "../time/nanos.ts";
import { CHANNEL_MAX, jsonProblem } from "./limits.ts";

/** A parsed line that is of no known type. */
export interface UnknownLine {
  readonly type: "unknown";
  /** Its `at`, whatever that is. */
  readonly at: unknown;
}

/** A parsed line of a known type, its members checked. A `raw` still has its payload as `text` or `b64`. */
export type KnownLine = z.output<(typeof RECORDS)[keyof typeof RECORDS]>;

/**
 * Checks a parsed line against the records of schema 2, in any valid layout; unknown members are dropped. Returns in words what is
 * wrong. The canonical layout of the frequent records is read without this (`canonical-line.ts`), with the same result.
 */
export function parseMembers(line: unknown): KnownLine | UnknownLine | string {
  if (typeof line !== "object" || line === null || Array.isArray(line)) return "is not a JSON object";
  const { type, at } = line as { readonly type?: unknown; readonly at?: unknown };
  if (typeof type !== "string") return `has no "type"`;
  if (!Object.hasOwn(RECORDS, type)) return { type: "unknown", at };
  const schema = RECORDS[type as keyof typeof RECORDS] as z.ZodType<KnownLine>;
  const parsed = schema.safeParse(line);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const member = issue === undefined || issue.path.length === 0 ? "" : ` "${issue.path.join(".")}":`;
  return `"${type}"${member} ${issue?.message ?? "is not as it should be"}`;
}

/** The schema that a parsed line names, if it is the header of a tape of ours. */
export function headerSchema(line: unknown): number | undefined {
  const parsed = ANY_HEADER.safeParse(line);
  return parsed.success ? parsed.data.schema : undefined;
}

const ANY_HEADER = z.object({ type: z.literal("header"), format: z.literal("fieldtape"), schema: z.number() });

// `+ 0` turns the JSON number −0 into 0: a canonical line has one spelling for it.
const whole = z.int().transform((value) => value + 0);
const count = z
  .int()
  .min(0)
  .transform((value) => value + 0);
const at = z
  .int()
  .min(0)
  .transform((value) => nanos(value + 0));
const channel = z
  .int()
  .min(0)
  .max(CHANNEL_MAX)
  .transform((value) => value + 0);
const dir = z.enum(["rx", "tx"]);
const json = z.unknown().transform((value, context): Json => {
  const problem = value === undefined ? "must be there" : jsonProblem(value);
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  return value as Json;
});
const jsonObject = json.transform((value, context): JsonObject => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    context.addIssue({ code: "custom", message: "must be an object" });
  }
  return value as JsonObject;
});
const digest = z.string().refine(isSha256Hex, "must be 64 lower-case hex digits");
const date = z.string().refine((text) => parseIso(text) !== undefined, "must be a date as ISO 8601 in UTC");
const decimal = z.string().regex(/^(0|[1-9][0-9]{0,29})$/, "must be a whole number as decimal text");

const HEADER = z.object({
  type: z.literal("header"),
  format: z.literal("fieldtape"),
  schema: z.literal(2),
  id: z.string(),
  started: date,
  segment: count,
  offset: decimal,
  previous: digest.nullable(),
  recorder: z.object({ version: z.string(), git: z.string() }),
  requires: z.array(z.string()).max(1000),
  meta: jsonObject,
});

/** As on a line: exactly one of `text` and `b64`. */
const RAW_LINE = z.object({
  type: z.literal("raw"),
  at,
  channel,
  dir,
  text: z.string().exactOptional(),
  b64: z.string().exactOptional(),
});

/** By `type`. A hash line's `sha256` is taken as it stands: wrong digits are damage to report, not a line to refuse. */
const RECORDS = {
  header: HEADER,
  channel: z.object({
    type: z.literal("channel"),
    at,
    channel,
    name: z.string(),
    kind: z.enum(["stream", "datagram"]),
    source: z.string(),
    settings: jsonObject,
  }),
  link: z.object({
    type: z.literal("link"),
    at,
    channel,
    event: z.enum(LINK_CHANGES),
    dir: dir.exactOptional(),
    reason: z.string().exactOptional(),
  }),
  raw: RAW_LINE,
  gap: z.object({
    type: z.literal("gap"),
    at,
    channel: channel.exactOptional(),
    dir: dir.exactOptional(),
    cause: z.enum(GAP_CAUSES),
    bytes: count.exactOptional(),
  }),
  input: z.object({ type: z.literal("input"), at, machine: z.string(), channel: channel.exactOptional(), value: json }),
  output: z.object({
    type: z.literal("output"),
    at,
    machine: z.string(),
    channel: channel.exactOptional(),
    value: json,
  }),
  mark: z.object({ type: z.literal("mark"), at, label: z.string() }),
  blob: z.object({
    type: z.literal("blob"),
    at,
    channel: channel.exactOptional(),
    media: z.string(),
    size: count,
    sha256: digest,
    name: z.string().exactOptional(),
  }),
  wall: z.object({ type: z.literal("wall"), at, wall: date, step: whole }),
  block: z.object({ type: z.literal("block"), at, records: count, sha256: z.string() }),
  end: z.object({ type: z.literal("end"), at, records: count, reason: z.string(), sha256: z.string().exactOptional() }),
};
