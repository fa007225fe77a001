import * as z from "zod";

const digest = z.string().regex(/^[0-9a-f]{64}$/);
/** A path inside a case's folder; nothing may lead out of it. */
const path = z
  .string()
  .min(1)
  .max(1000)
  .refine((text) => !text.startsWith("/") && !/(^|\/)\.{1,2}(\/|$)|\\|\u0000/.test(text), "leads out of the case");

const queuedCase = z.strictObject({
  name: path,
  files: z.array(z.strictObject({ path, sha256: digest })).max(10_000),
  relations: z.boolean(),
  variants: z.array(z.string().max(200)).max(20),
  caseTimeoutMs: z.int().min(1).max(86_400_000),
});

/** One case as a job: what it is made of, by digest. */
export type QueuedCase = z.infer<typeof queuedCase>;

/** What comes out of a queue was put in by somebody: it is checked like any other foreign data. */
export function parseQueuedCase(value: unknown): QueuedCase | undefined {
  const parsed = queuedCase.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
