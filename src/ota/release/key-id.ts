import { fromHex } from "../../bytes/hex.ts";
import { sha256Hex } from "../../bytes/sha256.ts";

/** The name of a key everywhere: the SHA-256 of its 32 public bytes. One key has one name, so none counts twice. */
export function keyIdOf(publicHex: string): string {
  return sha256Hex(fromHex(publicHex) ?? new Uint8Array());
}
