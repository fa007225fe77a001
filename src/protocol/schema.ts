import { z } from "zod";
import { CHECK_KINDS } from "./check.ts";
import { delimiterBytes, LINES_OPTIONS, type LinesOptions } from "./lines.ts";
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

/** SLIP and COBS. */
export const stuffedOptions = z.strictObject({
  maximum: maximum(STUFFED_OPTIONS.maximum),
  check: z.strictObject({ kind: z.enum(CHECK_KINDS), endian }).optional(),
}) satisfies z.ZodType<StuffedOptions>;

function inRange(value: number | undefined, least: number, most: number): boolean {
  return value !== undefined && value >= least && value <= most;
}
