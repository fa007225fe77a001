import * as z from "zod";
import { collidingPath, pathProblem } from "../../bytes/portable-path.ts";
import { shapeProblems } from "../../bytes/shape-problems.ts";
import { parseIso } from "../../time/iso.ts";
import { keyIdOf } from "./key-id.ts";
import {
  FILE_BYTES_MAX,
  FILES_MAX,
  KEYS_MAX,
  MANIFEST_BYTES_MAX,
  NOTES_LENGTH_MAX,
  PAYLOAD_BYTES_MAX,
  ROOT_BYTES_MAX,
  TIMESTAMP_BYTES_MAX,
} from "./limits.ts";
import type { Manifest } from "./manifest.ts";
import type { SignedFileName, TrustRefusal, Verdict } from "./refusal.ts";
import { ROLES, type Root } from "./root.ts";
import type { SignatureFile } from "./signature-file.ts";
import type { Timestamp } from "./timestamp.ts";
import { isVersion } from "./version.ts";

// Unknown keys are left aside, as TUF 4.1 asks for: the signature covers them, and an older reader is not stopped by what it does
// not know. What a reader must know is a new `schema`.

const hex = (digits: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`), `must be ${digits} lower-case hex digits`);
const counter = z.int().min(1);
const moment = z
  .string()
  .max(40)
  .refine((text) => text.endsWith("Z") && parseIso(text) !== undefined, "must be a date like 2026-11-21T12:00:00Z");
const version = z.string().max(256).refine(isVersion, "must be a version of SemVer 2.0.0");
const word = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "must be a name of letters, digits, dots, dashes");

const keyids = z
  .array(hex(64))
  .min(1)
  .max(KEYS_MAX)
  .refine((ids) => new Set(ids).size === ids.length, "names a key twice");
const role = z
  .object({ keyids, threshold: z.int().min(1) })
  .refine(({ keyids, threshold }) => threshold <= keyids.length, "asks for more signatures than it has keys");

const rootSchema = z
  .object({
    type: z.literal("root"),
    schema: z.literal(1),
    version: counter,
    expires: moment,
    keys: z.record(hex(64), z.object({ keytype: z.literal("ed25519"), public: hex(64) })),
    roles: z.object({ root: role, release: role, timestamp: role }),
  })
  .superRefine(({ keys, roles }, problem) => {
    for (const [keyid, key] of Object.entries(keys))
      if (keyid !== keyIdOf(key.public))
        problem.addIssue({ code: "custom", path: ["keys", keyid], message: "is not the SHA-256 of its key" });
    const named = ROLES.flatMap((name) => roles[name].keyids);
    for (const keyid of named)
      if (!Object.hasOwn(keys, keyid)) problem.addIssue({ code: "custom", path: ["keys"], message: `lacks ${keyid}` });
    // A key of two roles would let a signature for one kind of file stand for another.
    if (new Set(named).size < named.length)
      problem.addIssue({ code: "custom", path: ["roles"], message: "have a key in common" });
  });

const timestampSchema = z.object({
  type: z.literal("timestamp"),
  schema: z.literal(1),
  version: counter,
  issued: moment,
  expires: moment,
  manifest: z.object({
    release: counter,
    app: version,
    sha256: hex(64),
    length: z.int().min(1).max(MANIFEST_BYTES_MAX),
  }),
});

const path = z.string().superRefine((text, problem) => {
  const message = pathProblem(text);
  if (message !== undefined) problem.addIssue({ code: "custom", message });
});

const files = z
  .array(
    z.object({
      path,
      sha256: hex(64),
      size: z.int().min(0).max(FILE_BYTES_MAX),
      mode: z.enum(["0644", "0755"]),
    }),
  )
  .min(1)
  .max(FILES_MAX)
  .superRefine((list, problem) => {
    const colliding = collidingPath(list.map((file) => file.path));
    if (colliding !== undefined)
      problem.addIssue({
        code: "custom",
        message: `name ${JSON.stringify(colliding)} beside a file that some system takes for the same`,
      });
    if (list.reduce((sum, file) => sum + file.size, 0) > PAYLOAD_BYTES_MAX)
      problem.addIssue({ code: "custom", message: "are too large together" });
  });

const manifestSchema = z.object({
  type: z.literal("manifest"),
  schema: z.literal(1),
  product: word,
  app: version,
  release: counter,
  min_app: version.exactOptional(),
  downgrade: z.literal(true).exactOptional(),
  plugin_abi: counter,
  config_schema: counter,
  data_schema: counter,
  compatible: z.array(word).max(1000),
  platform: word,
  git_sha: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/)
    .exactOptional(),
  build_time: moment.exactOptional(),
  components: z.record(word, version),
  files,
  notes: z.string().max(NOTES_LENGTH_MAX),
});

const signatureSchema = z
  .array(z.object({ keyid: hex(64), alg: z.literal("ed25519-sha256"), sig: hex(128) }))
  .max(KEYS_MAX);

type Parsed<T> = Verdict<T, TrustRefusal>;

export const ROOT_FILE = { name: "root", bytesMax: ROOT_BYTES_MAX, parse: parser<Root>("root", rootSchema) } as const;
export const TIMESTAMP_FILE = {
  name: "timestamp",
  bytesMax: TIMESTAMP_BYTES_MAX,
  parse: parser<Timestamp>("timestamp", timestampSchema),
} as const;
export const MANIFEST_FILE = {
  name: "manifest",
  bytesMax: MANIFEST_BYTES_MAX,
  parse: parser<Manifest>("manifest", manifestSchema),
} as const;

/** A kind of signed file: its name, its cap, and how its bytes are read once they are verified. */
export interface FileKind<T> {
  readonly name: SignedFileName;
  readonly bytesMax: number;
  parse(bytes: Uint8Array): Parsed<T>;
}

function parser<T>(file: SignedFileName, schema: z.ZodType<T>): (bytes: Uint8Array) => Parsed<T> {
  return (bytes) => {
    const value = jsonOf(bytes);
    if (value === undefined) return malformed(file, "(top)", "is no JSON in UTF-8");
    const refused = wrongKind(file, value);
    if (refused !== undefined) return { refused };
    const parsed = schema.safeParse(value);
    if (parsed.success) return { accepted: parsed.data };
    const { where, message } = firstProblem(parsed.error, value, `a ${file}`);
    return malformed(file, where, message);
  };
}

/** The type is looked at before anything else: a good signature for one kind of file says nothing about another. */
function wrongKind(file: SignedFileName, value: unknown): TrustRefusal | undefined {
  const head = z.object({ type: z.unknown(), schema: z.unknown() }).safeParse(value);
  if (!head.success) return undefined;
  const { type, schema } = head.data;
  if (type !== file) return { reason: "wrong-type", file, found: shown(type) };
  if (schema !== 1) return { reason: "schema-unknown", file, schema: shown(schema) };
  return undefined;
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? "nothing").slice(0, 100);

function malformed(file: SignedFileName, where: string, message: string): { refused: TrustRefusal } {
  return { refused: { reason: "malformed", file, where, message } };
}

/** The value of strict UTF-8 JSON; `undefined` if the bytes are none (JSON has no `undefined`). */
function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** The list in a signature file, or what is wrong with it. */
export function parseSignatureList(bytes: Uint8Array): { list: SignatureFile } | { problem: string } {
  const value = jsonOf(bytes);
  if (value === undefined) return { problem: "is no JSON" };
  const parsed = signatureSchema.safeParse(value);
  if (parsed.success) return { list: parsed.data };
  return { problem: problemWords(parsed.error, value, "a signature file") };
}

const keyHead = {
  schema: z.literal(1),
  keytype: z.literal("ed25519"),
  role: z.enum(ROLES).exactOptional(),
  keyid: hex(64),
  public: hex(64),
};
const sealedSchema = z.object({
  kdf: z.literal("scrypt"),
  // 128 · n · r bytes: what a stranger's key file may make us use is at most 128 MiB.
  n: z.union([z.literal(2 ** 15), z.literal(2 ** 16), z.literal(2 ** 17)]),
  r: z.literal(8),
  p: z.literal(1),
  salt: hex(32),
  cipher: z.literal("aes-256-gcm"),
  nonce: hex(24),
  sealed: hex(64),
  tag: hex(32),
});
const keySchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("public-key"), ...keyHead }),
  z.object({
    type: z.literal("private-key"),
    ...keyHead,
    secret: z.union([z.object({ kdf: z.literal("none"), seed: hex(64) }), sealedSchema]),
  }),
]);

/** A key as it stands in its file; numbers are hex. */
export type KeyFile = z.infer<typeof keySchema>;
export type SealedSecret = z.infer<typeof sealedSchema>;

/** The key in a key file, or what is wrong with it. */
export function parseKeyFile(bytes: Uint8Array): { key: KeyFile } | { problem: string } {
  const value = jsonOf(bytes);
  if (value === undefined) return { problem: "is no key file" };
  const parsed = keySchema.safeParse(value);
  if (!parsed.success) return { problem: problemWords(parsed.error, value, "a key file") };
  const { keyid, public: hexOfKey } = parsed.data;
  if (keyid !== keyIdOf(hexOfKey)) return { problem: "keyid: is not the SHA-256 of its key" };
  return { key: parsed.data };
}

/** What is wrong first, and where; `of`: what was to be read. */
function firstProblem(error: z.ZodError, value: unknown, of: string): { where: string; message: string } {
  const [problem] = shapeProblems(error.issues, { value, schema: {}, of });
  return { where: problem?.path.join(".") || "(top)", message: problem?.message ?? "is not valid" };
}

function problemWords(...[error, value, of]: Parameters<typeof firstProblem>): string {
  const { where, message } = firstProblem(error, value, of);
  return `${where}: ${message}`;
}
