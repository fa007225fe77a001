import nacl from "tweetnacl";
import { toHex } from "../../bytes/hex.ts";

/** Order of the base point, L of RFC 8032 §5.1: 2²⁵² + 27742317777372353535851937790883648493, little-endian. */
const ORDER = Uint8Array.from(
  "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010".match(/../g) ?? [],
  (pair) => Number.parseInt(pair, 16),
);

/** Answers kept; the oldest goes first. tweetnacl verifies about 200 a second, and a session asks the same thing several times. */
const MEMORY_MAX = 4_096;
const answers = new Map<string, boolean>();

export interface KeyPair {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes: the seed and the public key, as tweetnacl has it. */
  readonly secretKey: Uint8Array;
}

/** The key pair of a 32-byte seed (RFC 8032 §5.1.5). */
export function keyPairOf(seed: Uint8Array): KeyPair {
  return nacl.sign.keyPair.fromSeed(seed);
}

/** Signs a message with Ed25519: 64 bytes. Always a digest here: tweetnacl is slow on long messages. */
export function sign(message: Uint8Array, secretKey: Uint8Array): Uint8Array {
  return nacl.sign.detached(message, secretKey);
}

/** Whether this is the key's signature of the message. Of equal questions the answer is remembered. Never throws. */
export function verify(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  // RFC 8032 §5.1.7: S must be below L. tweetnacl does not look, so that one signature could be written in several ways.
  if (!isBelowOrder(signature.subarray(32))) return false;
  const question = `${toHex(publicKey)}:${toHex(message)}:${toHex(signature)}`;
  const known = answers.get(question);
  if (known !== undefined) return known;
  const answer = nacl.sign.detached.verify(message, signature, publicKey);
  if (answers.size >= MEMORY_MAX) answers.delete(answers.keys().next().value ?? "");
  answers.set(question, answer);
  return answer;
}

/** Both are 32 bytes, little-endian. */
function isBelowOrder(scalar: Uint8Array): boolean {
  for (let index = 31; index >= 0; index--) {
    const difference = (scalar[index] ?? 0) - (ORDER[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
