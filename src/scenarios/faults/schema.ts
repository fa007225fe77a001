import * as z from "zod";
import { GAP_CAUSES } from "../../bytes/channel.ts";
import { duration, predicate, shift, words } from "../notation/schema.ts";

/** From where on a fault holds: at most one of these; without any, from the tape's beginning. */
const start = {
  record: z.int().min(1).optional().describe("from the record on this line of the tape"),
  at: duration.optional().describe("from this tape time on, as 1.5s or 90ms"),
  mark: words.optional().describe("from the first mark with this label"),
  state: predicate.optional().describe("after the subject first said an output that this predicate holds for"),
};

/** A place: a start, a predicate, or both. */
const place = { ...start, where: predicate.optional().describe("only records that this predicate holds for") };

/** Which reads a fault takes, from its place on. */
const choice = {
  ...place,
  channel: z.int().min(0).max(999_999).optional().describe("only this channel"),
  dir: z.enum(["rx", "tx"]).optional().describe("only this direction"),
  skip: z.int().min(0).max(1_000_000).optional().describe("pass over so many first"),
  count: z.int().min(1).max(1_000_000).optional().describe("take so many (default: all that `where` names, else one)"),
  chance: z.number().gt(0).max(1).optional().describe("take each with this probability, as the seed has it"),
};

const type = z
  .enum(["raw", "link", "gap", "input"])
  .default("raw")
  .describe("the records that it takes: reads, or others");
/** A negative offset counts from the end of the read. */
const offset = z.int().min(-1_048_576).max(1_048_576).optional().describe("byte of the read; negative: from its end");

const PLACES = ["record", "at", "mark", "state"] as const;
type Places = { readonly [key in (typeof PLACES)[number] | "where"]?: unknown };

const given = (fault: Places): number => PLACES.filter((key) => fault[key] !== undefined).length;

function placed<Shape extends z.ZodRawShape>(shape: Shape) {
  return z
    .strictObject(shape)
    .refine((fault: Places) => given(fault) <= 1, "takes one of record, at, mark and state")
    .refine(
      (fault: Places) => given(fault) === 1 || fault.where !== undefined,
      "needs a place: record, at, mark, where or state",
    );
}

/** Where the disturbed thing is a port of the subject, the place may be left out: it holds from the beginning. */
function anywhere<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape).refine((fault: Places) => given(fault) <= 1, "takes one of record, at, mark and state");
}

/** One disturbance of a scenario. Those on records are pure transforms of the tape; those on ports are told to the subject. */
export const faultSchema = z.discriminatedUnion("fault", [
  placed({
    fault: z.literal("drop"),
    ...choice,
    type,
    gap: z.enum(GAP_CAUSES).optional().describe("leave a gap record of this cause in its place"),
  }),
  placed({ fault: z.literal("duplicate"), ...choice, type, times: z.int().min(1).max(1000).default(1) }),
  placed({ fault: z.literal("delay"), ...choice, type, by: duration }),
  placed({
    fault: z.literal("reorder"),
    ...choice,
    behind: z
      .int()
      .min(1)
      .max(1000)
      .default(1)
      .describe("so many later reads of its channel and direction overtake it"),
  }),
  placed({
    fault: z.literal("corrupt"),
    ...choice,
    damage: z.enum(["bit", "byte", "burst"]).default("bit"),
    offset,
    length: z.int().min(1).max(4096).default(4).describe("bytes of a burst"),
  }),
  placed({
    fault: z.literal("truncate"),
    ...choice,
    keep: z.int().min(0).max(1_048_576).optional().describe("bytes that are left (default: as the seed has it)"),
  }),
  placed({
    fault: z.literal("split"),
    ...choice,
    offset,
    by: duration.optional().describe("the second piece comes so much later"),
  }),
  placed({ fault: z.literal("join"), ...choice, reads: z.int().min(2).max(1000).default(2) }),
  placed({
    fault: z.literal("lose-link"),
    ...place,
    channel: z
      .int()
      .min(0)
      .max(999_999)
      .optional()
      .describe("this channel (default: that of the record found, else all)"),
    event: z.enum(["lost", "reset", "close"]).default("lost"),
    for: duration.optional().describe("how long (default: until the tape itself opens the link again)"),
  }),
  placed({ fault: z.literal("clock-step"), ...place, by: shift }),
  anywhere({
    fault: z.literal("cut-power"),
    ...place,
    operation: z.int().min(0).optional().describe("before this file operation, counted from 0"),
  }),
  anywhere({
    fault: z.literal("disk-full"),
    ...place,
    bytes: z.int().min(0).default(0).describe("bytes that still fit"),
  }),
  anywhere({ fault: z.literal("slow-server"), ...place, bytesPerSecond: z.int().min(0) }),
]);

export type Fault = z.infer<typeof faultSchema>;
export type FaultName = Fault["fault"];
/** A disturbance by its name, with its settings. */
export type FaultOf<Name extends FaultName> = Extract<Fault, { fault: Name }>;
