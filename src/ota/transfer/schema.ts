import * as z from "zod";

/** Chunks that a resume record may list: of a file of 64 GiB. */
const CHUNKS_MAX = 65_536;

/** What is kept beside a part of a download: enough to go on where it stopped, and to tell whether that is still right. */
const resumeRecord = z.strictObject({
  /** Without user, password and query. */
  url: z.string().max(4096),
  etag: z.string().max(1024).optional(),
  total: z.int().min(0).optional(),
  /** Bytes that were on the disk for sure. */
  offset: z.int().min(0),
  /** SHA-256 of each chunk of 1 MiB before `offset`. */
  chunks: z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(CHUNKS_MAX),
});

export type ResumeRecord = z.infer<typeof resumeRecord>;

/** `undefined` for anything else: then the download begins anew. */
export function parseResumeRecord(text: string): ResumeRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = resumeRecord.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
