import * as z from "zod";
import type { Json } from "../../bytes/json.ts";
import { shapeProblems } from "../../bytes/shape-problems.ts";
import { FieldtapeError } from "../../errors.ts";
import type { CompiledFormat } from "./compiled-format.ts";
import { KAITAI_OPTIONS, type KaitaiOptions } from "./kaitai-framer.ts";

const OPTIONS = z.strictObject({
  say: z.record(z.string().min(1).max(200), z.string().min(1).max(1000)).exactOptional(),
  // A frame must fit into one line of a tape.
  maximum: z.int().min(1).max(262_144).default(KAITAI_OPTIONS.maximum),
});

const FORMAT = z.object({ id: z.string(), files: z.record(z.string(), z.string()) });

/** @throws FieldtapeError OPTIONS_INVALID naming the option */
export function parseKaitaiOptions(options: Json): KaitaiOptions {
  return parsed(OPTIONS, options);
}

/** A compiled format on its way to the process that reads with it. */
export function parseFormat(format: Json | undefined): CompiledFormat {
  return parsed(FORMAT, format);
}

function parsed<T>(schema: z.ZodType<T>, value: Json | undefined): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const shape = { value, schema: z.toJSONSchema(schema, { io: "input" }), of: "a declared format" };
  const words = shapeProblems(result.error.issues, shape).map(
    ({ path, message }) => `${path.join(".") || "options"}: ${message}`,
  );
  throw new FieldtapeError("OPTIONS_INVALID", words.join("; "));
}
