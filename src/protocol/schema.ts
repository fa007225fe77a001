import * as z from "zod";
import { fromHex } from "../bytes/hex.ts";
import { CHECK_KINDS } from "./check.ts";
import { type LayoutOptions, layoutOf, startPattern } from "./layout.ts";
import type { LengthPrefixedOptions } from "./length-prefixed.ts";
import { delimiterBytes, LINES_OPTIONS, type LinesOptions } from "./lines.ts";
import { NMEA_OPTIONS } from "./nmea/nmea.ts";
import type { NmeaOptions } from "./nmea/sentence-end.ts";
import { STUFFED_OPTIONS, type StuffedOptions } from "./stuffed.ts";

/** The most that any framer may be told to wait for, so that a frame in hex fits into one line of a tape. */
const MAXIMUM_LIMIT = 262_144;

const maximum = (fallback: number) => z.int().min(1).max(MAXIMUM_LIMIT).default(fallback);
const endian = z.enum(["big", "little"]).default("big");

export const linesOptions = z.strictObject({
  delimiter: z
    .string()
    .default(LINES_OPTIONS.delimiter)
    .refine(
      (text) => inRange(delimiterBytes(text)?.length, 1, 16),
      "must be 1 … 16 bytes: text, or hex: with hex digits",
    ),
  stripCr: z.boolean().default(LINES_OPTIONS.stripCr),
  maximum: maximum(LINES_OPTIONS.maximum),
}) satisfies z.ZodType<LinesOptions>;

export const nmeaOptions = z.strictObject({
  requireChecksum: z.boolean().default(NMEA_OPTIONS.requireChecksum),
  maximum: z.int().min(16).max(MAXIMUM_LIMIT).default(NMEA_OPTIONS.maximum),
}) satisfies z.ZodType<NmeaOptions>;

/** SLIP and COBS. */
export const stuffedOptions = z.strictObject({
  maximum: maximum(STUFFED_OPTIONS.maximum),
  check: z.strictObject({ kind: z.enum(CHECK_KINDS), endian }).optional(),
}) satisfies z.ZodType<StuffedOptions>;

const offset = z.int().min(0).max(MAXIMUM_LIMIT);
const signedOffset = z.int().min(-MAXIMUM_LIMIT).max(MAXIMUM_LIMIT);
const width = z.int().min(1).max(4);

const layoutShape = {
  name: z.string().min(1).max(64).optional(),
  start: z
    .string()
    .default("")
    .refine(
      (start) => inRange(startPattern(start)?.length, 0, 32),
      "must be hex of at most 32 bytes, .. standing for any byte",
    ),
  length: z
    .strictObject({
      offset,
      width,
      endian,
      counts: z.enum(["payload", "after-length", "frame"]),
      adjust: signedOffset.default(0),
      again: offset.optional(),
    })
    .optional(),
  size: z.int().min(1).max(MAXIMUM_LIMIT).optional(),
  header: offset.optional(),
  trailer: offset.optional(),
  check: z
    .strictObject({
      kind: z.enum(CHECK_KINDS),
      endian,
      at: signedOffset.optional(),
      from: signedOffset.default(0),
      to: signedOffset.or(z.literal("end")).optional(),
    })
    .optional(),
  end: z
    .string()
    .default("")
    .refine((end) => inRange(fromHex(end)?.length, 0, 32), "must be hex of at most 32 bytes"),
  maximum: maximum(4_096),
  fields: z
    .array(z.strictObject({ name: z.string().regex(/^[a-zA-Z][\w-]{0,63}$/), offset, width, endian }))
    .max(32)
    .default([]),
};

const layout = z.strictObject(layoutShape).superRefine(refuseImpossible) satisfies z.ZodType<LayoutOptions>;

export const lengthPrefixedOptions = z
  .strictObject({ ...layoutShape, alternatives: z.array(layout).max(7).default([]) })
  .superRefine(refuseImpossible) satisfies z.ZodType<LengthPrefixedOptions>;

/** A layout of which no frame could ever be found. */
function refuseImpossible(options: LayoutOptions, context: z.RefinementCtx): void {
  const refuse = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
  if ((options.length === undefined) === (options.size === undefined)) {
    refuse("length", "give either `length` (where a frame says how long it is) or `size` (all frames have it)");
    return;
  }
  const { minimum } = layoutOf(options);
  if (minimum > options.maximum) refuse("maximum", `is below the ${minimum} bytes that a frame of this layout needs`);
  if (options.size !== undefined && options.size < minimum)
    refuse("size", `is below the ${minimum} bytes that it needs`);
}

function inRange(value: number | undefined, least: number, most: number): boolean {
  return value !== undefined && value >= least && value <= most;
}
