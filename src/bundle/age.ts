import { ReadableStream } from "node:stream/web";
import type { Decrypter } from "age-encryption";
import { FieldtapeError } from "../errors.ts";

// age (age-encryption.org/v1) with X25519 keys: a recipient `age1…` may be known to everyone, its identity `AGE-SECRET-KEY-1…` to nobody.

/** Loaded by whoever encrypts. */
const age = (): Promise<typeof import("age-encryption")> => import("age-encryption");

const MAGIC = "age-encryption.org/v1\n";
/** As many bytes as show whether a file is encrypted. */
export const MAGIC_BYTES = MAGIC.length;

type Chunks = AsyncIterable<Uint8Array>;

export function isEncrypted(head: Uint8Array): boolean {
  return new TextDecoder().decode(head.subarray(0, MAGIC_BYTES)) === MAGIC;
}

/** A new identity, from the system's own randomness, and the recipient that belongs to it. */
export async function newIdentity(): Promise<{ readonly identity: string; readonly recipient: string }> {
  const { generateX25519Identity, identityToRecipient } = await age();
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/**
 * The same bytes for the holders of these keys only, as they come.
 *
 * @throws FieldtapeError USAGE for what is no recipient; what `chunks` throws
 */
export async function* encrypted(chunks: Chunks, recipients: readonly string[]): AsyncGenerator<Uint8Array> {
  const { Encrypter } = await age();
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    // The library would take any string that it can decode; only the kind that is documented is taken.
    if (!/^age1[02-9ac-hj-np-z]{58}$/.test(recipient)) throw noRecipient(recipient);
    try {
      encrypter.addRecipient(recipient);
    } catch {
      throw noRecipient(recipient);
    }
  }
  yield* await encrypter.encrypt(streamOf(chunks));
}

/**
 * What was encrypted, as it comes. Each 64 KiB is authenticated before it is given out; whether all was there is known at the end.
 *
 * @throws FieldtapeError USAGE when none of the identities can read it, INPUT_MALFORMED
 */
export async function* decrypted(chunks: Chunks, identities: readonly string[]): AsyncGenerator<Uint8Array> {
  const { Decrypter } = await age();
  const decrypter = new Decrypter();
  for (const identity of identities) addIdentity(decrypter, identity);
  try {
    yield* await decrypter.decrypt(streamOf(chunks));
  } catch (cause) {
    if (cause instanceof FieldtapeError) throw cause;
    const told = cause instanceof Error ? cause.message : "";
    if (/no identity matched/i.test(told))
      throw new FieldtapeError("USAGE", "is encrypted to another key than the one that was given", { cause });
    throw new FieldtapeError("INPUT_MALFORMED", "is encrypted, and damaged or cut off", { cause });
  }
}

/** What was given is not said again: it may be a secret after all. */
function addIdentity(decrypter: Decrypter, identity: string): void {
  try {
    decrypter.addIdentity(identity);
  } catch {
    throw new FieldtapeError("USAGE", "what was given is no identity", { hint: "it begins with AGE-SECRET-KEY-1" });
  }
}

function noRecipient(recipient: string): FieldtapeError {
  const isSecret = /^age-secret-key/i.test(recipient);
  const shown = isSecret ? "an identity, which is secret," : JSON.stringify(recipient.slice(0, 100));
  return new FieldtapeError("USAGE", `${shown} is no recipient`, { hint: "a recipient begins with age1" });
}

function streamOf(chunks: Chunks): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks);
}
