import * as z from "zod";
import type { Json } from "../bytes/json.ts";
import { shapeProblems } from "../bytes/shape-problems.ts";
import type { Edit, Frame } from "../machine/machine.ts";
import { CHANNEL_MAX } from "../tape/limits.ts";
import type { ChannelRecord } from "../tape/record.ts";
import { type Nanos, nanos } from "../time/nanos.ts";

// The lines of docs/writing-a-subject.md that are no records of a tape. Those go beside these as they stand on one.

const id = z.int().min(0);
const time = z
  .int()
  .min(0)
  .transform((value) => nanos(value + 0));
const base64 = z.string();
const json = z.unknown().transform((value): Json => (value ?? null) as Json);
const role = z.enum(["observer", "participant"]);

const OPEN = z.object({
  type: z.literal("open"),
  abi: z.number(),
  config: json,
  channels: z.array(z.unknown()).transform((channels) => channels as readonly ChannelRecord[]),
  seed: z.number(),
  time: z.enum(["recorded", "computed"]).exactOptional(),
  recorded: z.array(z.string()).exactOptional(),
  snapshot: base64.exactOptional(),
});

const EDIT = z.object({ path: z.array(z.union([z.string(), z.number()])), value: json });

/** What a subject is told, besides records. fieldtape itself wrote it: what it says of records is not looked at again. */
const TOLD = z.discriminatedUnion("type", [
  OPEN,
  // ADR 0001: -1 comes before the first record.
  z.object({
    type: z.literal("advance"),
    id,
    until: z
      .int()
      .min(-1)
      .transform((value) => nanos(value)),
  }),
  z.object({ type: z.literal("snapshot"), id }),
  z.object({ type: z.literal("state"), b64: base64 }),
  z.object({
    type: z.literal("rewrite"),
    id,
    b64: base64,
    value: z.unknown().transform((value) => value as Frame),
    edits: z.array(EDIT).transform((edits): readonly Edit[] => edits),
  }),
]);

const READY = z.object({
  type: z.literal("ready"),
  abi: z.number(),
  role: role.exactOptional(),
  snapshots: z.boolean().exactOptional(),
  rewrites: z.boolean().exactOptional(),
  again: z.boolean().exactOptional(),
});

/** What a subject answers, besides records. */
const ANSWER = z.discriminatedUnion(
  "type",
  [
    READY,
    z.object({
      type: z.literal("done"),
      id,
      deadline: time.nullish().transform((deadline): Nanos | undefined => deadline ?? undefined),
    }),
    z.object({ type: z.literal("snapshot"), id, state: base64, more: z.boolean().exactOptional() }),
    z.object({ type: z.literal("rewritten"), id, b64: base64.nullable() }),
    z.object({
      type: z.literal("failed"),
      message: z.string(),
      code: z.enum(["OPTIONS_INVALID", "SUBJECT_CRASHED", "SUBJECT_HUNG", "LIMIT_EXCEEDED"]).exactOptional(),
      hint: z.string().exactOptional(),
    }),
    z.object({ type: z.literal("alive") }),
  ],
  { error: "must be output, raw, ready, done, snapshot, rewritten, failed or alive" },
);

/** The checks of a row are `output-table.ts`'s: it is looked at once. */
const TABLE = z.object({
  shapes: z.array(
    z.tuple([
      z.string(),
      z.int().min(0).max(CHANNEL_MAX).nullable(),
      z.array(z.string().refine((name) => name !== "__proto__", "is no name")),
    ]),
  ),
  rows: z.custom<readonly unknown[]>(Array.isArray, "must be a list"),
});

export type Told = z.output<typeof TOLD>;
export type Opening = z.output<typeof OPEN>;
export type Answer = z.output<typeof ANSWER>;
export type Ready = z.output<typeof READY>;

/** A line that is no record, as a subject is told it; in words what is wrong with it. */
export function parseTold(line: string): Told | string {
  return parsed(TOLD, line);
}

/** A line that is no record, as a subject answers it; in words what is wrong with it. */
export function parseAnswer(line: string): Answer | string {
  return parsed(ANSWER, line);
}

/** A line with a table of outputs; in words what is wrong with it. */
export function parseTable(line: string): z.output<typeof TABLE> | string {
  return parsed(TABLE, line);
}

function parsed<T>(schema: z.ZodType<T>, line: string): T | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return "it is not JSON";
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const shape = { value, schema: z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }), of: "the protocol" };
  const [problem] = shapeProblems(result.error.issues, shape);
  return problem === undefined ? "it is not as it should be" : `${problem.path.join(".") || "it"} ${problem.message}`;
}

const MANIFEST = z.object({ fieldtape: z.object({ abi: z.number() }) });

/** The plug-in ABI that a package's manifest names; `undefined` if it names none. */
export function manifestAbi(manifest: unknown): number | undefined {
  const parsed = MANIFEST.safeParse(manifest);
  return parsed.success ? parsed.data.fieldtape.abi : undefined;
}
