import * as z from "zod";
import { LITERAL_LENGTH_MIN } from "../../bundle/redaction/literal-forms.ts";
import { shapeProblems } from "../../bytes/shape-problems.ts";

const secret = z.string().min(LITERAL_LENGTH_MIN).max(4096);

/** `secrets.json`: what fieldtape itself must keep to itself, and what must never leave this machine. */
export const secretsSchema = z.strictObject({
  /** 32 bytes in hex. The same key gives the same aliases in every bundle. */
  redactionKey: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, "must be 32 bytes in hex: 64 digits")
    .optional(),
  /** Opens locked signing keys. */
  keyPassphrase: secret.optional(),
  redisPassword: secret.optional(),
  uploadToken: secret.optional(),
  /** An age identity, to open bundles that were encrypted to it. */
  supportIdentity: secret.optional(),
  /** More secrets of one's own, for commands that are named in the configuration. */
  own: z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/), secret).optional(),
  /** Values that are taken out of whatever is redacted: passwords of the site, serial numbers, names. */
  redact: z.array(secret).max(200).optional(),
});

export type Secrets = z.infer<typeof secretsSchema>;

/** Without telling any value: what is wrong stands under which member. */
export function parseSecrets(value: unknown): { secrets: Secrets } | { problems: readonly string[] } {
  const parsed = secretsSchema.safeParse(value);
  if (parsed.success) return { secrets: parsed.data };
  const schema = z.toJSONSchema(secretsSchema, { io: "input", unrepresentable: "any" });
  const problems = shapeProblems(parsed.error.issues, { value, schema, of: "the secrets" });
  return { problems: problems.map(({ path, message }) => `${path.join(".") || "(top)"}: ${message}`) };
}
