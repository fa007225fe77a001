import * as z from "zod";
import { type ShapeProblem, shapeProblems } from "../bytes/shape-problems.ts";
import { expectationSchema } from "./expectations/schema.ts";
import { faultSchema } from "./faults/schema.ts";
import { goldenSchema } from "./goldens/schema.ts";
import { words } from "./notation/schema.ts";
import { relationsSchema } from "./relations/schema.ts";
import { CANARIES } from "./run/declared.ts";

/** `scenario.yaml`, as it stands on disk. An unknown key is refused by name: a typing error must not switch a check off. */
const scenarioSchema = z
  .strictObject({
    why: words.describe("what this case protects: the sentence that a reviewer reads when it fails"),
    provenance: words.describe("where the tape came from: who recorded what, with which command"),
    subject: z.string().min(1).max(200).describe("what the tape is played into"),
    options: z.json().optional().describe("the subject's settings"),
    time: z
      .enum(["recorded", "computed"])
      .default("recorded")
      .describe("recorded: inputs on the tape are kept; computed: recorded time-outs are dropped and fire anew"),
    play: z.enum(["rx", "tx"]).default("rx").describe("which direction a participant hears"),
    seed: z
      .int()
      .min(0)
      .max(0xffff_ffff)
      .default(0)
      .describe("seeds the faults, and whatever chance the subject needs"),
    drainMs: z.int().min(0).max(86_400_000).default(1000).describe("how long time runs on after the last record"),
    gaps: words.optional().describe("why it is right that this tape has gap records; without it such a case fails"),
    faults: z
      .array(faultSchema)
      .max(100)
      .default([])
      .describe("disturbances of the tape and of the subject's ports, in the order in which they are applied"),
    expect: z
      .array(expectationSchema)
      .max(200)
      .default([])
      .describe("what must be true of what the subject says, whatever its golden holds"),
    relations: relationsSchema.default({}).describe("relations that this case opts out of, each with its reason"),
    /** This case must fail, hang, crash or be unstable: it shows that the suite would notice. */
    canary: z.enum(CANARIES).optional(),
    /** It is known to fail and does not count until the day is over. */
    quarantine: z
      .strictObject({ owner: words, reason: words, until: z.iso.date("must be a day, as 2026-12-31") })
      .optional(),
    limits: z
      .strictObject({
        /** Wall time after which it has hung, in milliseconds (default: --case-timeout). */
        wallMs: z.int().min(10).max(86_400_000).optional(),
        /** Tape time that it may run to, in milliseconds. */
        virtualMs: z.int().min(0).max(8_640_000_000).optional(),
      })
      .default({}),
    /** What of what the subject says is kept and compared, and how. */
    golden: goldenSchema.default({ mode: "exact", rules: [] }),
  })
  .refine(({ golden, expect }) => golden.mode !== "none" || expect.length > 0, {
    path: ["golden", "mode"],
    message: "a case without a golden needs something under expect",
  });

/** A checked `scenario.yaml`. */
export type ScenarioFile = z.infer<typeof scenarioSchema>;

export function parseScenario(value: unknown): { file: ScenarioFile } | { problems: readonly ShapeProblem[] } {
  const parsed = scenarioSchema.safeParse(value);
  if (parsed.success) return { file: parsed.data };
  return { problems: shapeProblems(parsed.error.issues, { value, schema: scenarioJsonSchema(), of: "a scenario" }) };
}

/** The same as a JSON Schema, for editors: `docs/scenario.schema.json` holds it. */
export function scenarioJsonSchema(): object {
  return { title: "fieldtape scenario.yaml", ...z.toJSONSchema(scenarioSchema, { io: "input" }) };
}
