import * as z from "zod";
import { duration, predicate } from "../notation/schema.ts";
import { parseMemberPath } from "./member-path.ts";

/** `at`, `channel` or a member of the value, as `value.latency` or `value.values[*]`; kept as text, compiled where it is used. */
const path = z
  .string()
  .max(500)
  .refine((text) => parseMemberPath(text) !== undefined, "is no path: at, channel, or a member like value.latency");
const valuePath = path.refine((text) => text !== "at" && text !== "channel", "must be a member of value");
const where = predicate.optional().describe("only records that this predicate holds for");

/** One relation by which what was said is made canonical. Rules apply in the order in which they stand. */
const ruleSchema = z.union([
  z.strictObject({ alias: path.describe("give each value a number in the order of their first appearance"), where }),
  z.strictObject({ delta: valuePath.describe("keep what was added since the machine's last one"), where }),
  z.strictObject({ round: path, to: z.number().positive().describe("to the nearest multiple of this"), where }),
  z.strictObject({
    sort: valuePath.describe("order records of the same moment by this member"),
    within: duration.optional().describe("take what comes this close together for one moment"),
    where,
  }),
  z.strictObject({ drop: z.literal("record"), where: predicate }),
  z.strictObject({ drop: valuePath.describe("leave this member out"), where }),
  z.strictObject({ mask: path.describe('put "*" in its place; a stamp becomes that of the record before'), where }),
  z.strictObject({
    map: valuePath,
    to: z.record(z.string().max(500), z.json()).describe("old value: new value"),
    where,
  }),
]);

/** One machine of which the golden is kept; with a channel, only there. */
const streamSchema = z.strictObject({
  machine: z.string().min(1).max(200).describe("its name; raw: the bytes that a participant sent"),
  channel: z.int().min(0).max(999_999).optional(),
});

/** `golden:` in scenario.yaml: what of what was said is kept, and how the two are held against each other. */
export const goldenSchema = z.strictObject({
  /** `subset`: more may be said. `digest`: only a hash for each machine and channel is kept. `none`: expectations alone. */
  mode: z.enum(["exact", "subset", "digest", "none"]).default("exact"),
  streams: z.array(streamSchema).min(1).max(100).optional().describe("keep only these (default: all)"),
  rules: z.array(ruleSchema).max(100).default([]),
});

export type GoldenSettings = z.infer<typeof goldenSchema>;
export type GoldenRule = z.infer<typeof ruleSchema>;
