import * as z from "zod";
import { profileSchema } from "../../bundle/redaction/schema.ts";
import { type ShapeProblem, shapeProblems } from "../../bytes/shape-problems.ts";
import { releaseSchema } from "../release/schema.ts";
import { secretsInConfig } from "../secrets/config-secrets.ts";
import { CONFIG_SCHEMA } from "./config-schema.ts";

const json = z.json();

/** What a subject in another process may take. */
const limits = z.strictObject({
  silenceMs: z.int().min(10).max(3_600_000).optional(),
  answerMs: z.int().min(10).max(86_400_000).optional(),
  memoryMiB: z.int().min(32).max(65_536).optional(),
});

/** A subject of one's own name: one of the built-in ones with its settings, a module of one's own, a declared format, or a program. */
const namedSubject = z.union(
  [
    z.strictObject({ subject: z.string().min(1).max(200), options: json.optional() }),
    z.strictObject({ module: z.string().min(1).max(4096), options: json.optional(), limits: limits.optional() }),
    z.strictObject({ kaitai: z.string().min(1).max(4096), options: json.optional(), limits: limits.optional() }),
    z.strictObject({
      command: z.tuple([z.string().min(1).max(4096)], z.string().max(4096)),
      role: z.enum(["observer", "participant"]).optional(),
      options: json.optional(),
      limits: limits.optional(),
    }),
  ],
  {
    error:
      'must have "subject" (a built-in one), "module" (a file), "kaitai" (a .ksy file) or "command" (a program, as a list of words), and may have "options"; see docs/writing-a-subject.md',
  },
);

/** A wire that is recorded often enough to have a name. */
const namedChannel = z.strictObject({
  source: z
    .string()
    .regex(
      /^(tcp(-listen|-tap)?:|serial:|stdin$)/,
      "must be written like tcp:HOST:PORT, tcp-listen:PORT, tcp-tap:PORT,HOST:PORT, serial:PATH or stdin",
    ),
  settings: z.record(z.string(), json).optional(),
});

export const configSchema = z.strictObject({
  /** Absent: the one that this version knows. */
  schema: z
    .literal(CONFIG_SCHEMA, { error: `this fieldtape knows configurations of schema ${CONFIG_SCHEMA} only` })
    .optional(),
  /** Used when no `--subject` is given. */
  subject: z.string().min(1).max(200).optional(),
  subjects: z
    .record(z.string().regex(/^[a-z][a-z0-9-]*$/, "must be lower-case words joined by dashes"), namedSubject)
    .optional(),
  channels: z.record(z.string(), namedChannel).optional(),
  /** Folders of scenarios by name. */
  suites: z.record(z.string(), z.string()).optional(),
  /** Redaction profiles by name. */
  redaction: z.record(z.string().min(1).max(200), profileSchema).optional(),
  /** How releases are made. */
  release: releaseSchema.optional(),
});

export type Config = z.infer<typeof configSchema>;

/** A value checked against the configuration's schema: the value, or what is wrong with it. */
export function parseConfig(value: unknown): { config: Config } | { problems: readonly ShapeProblem[] } {
  const secrets = secretsInConfig(value);
  const parsed = configSchema.safeParse(value);
  if (parsed.success) return secrets.length > 0 ? { problems: secrets } : { config: parsed.data };
  const schema = z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" });
  const problems = shapeProblems(parsed.error.issues, { value, schema, of: "a configuration" });
  // What is a secret has said enough: another name would not make it welcome.
  const keys = new Set(secrets.map(({ path }) => path.join(".")));
  return { problems: [...secrets, ...problems.filter(({ path }) => !keys.has(path.join(".")))] };
}
