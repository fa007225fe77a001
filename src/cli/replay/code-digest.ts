import { Buffer } from "node:buffer";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256Hex } from "../../bytes/sha256.ts";
import { programRoot } from "../program-root.ts";

/**
 * Tells one build of fieldtape from another: names of chunks hold digests of what is in them, entries do not. `undefined` where
 * it is run from source: nothing that depends on the code may then be kept.
 */
export async function codeDigest(): Promise<string | undefined> {
  const root = join(programRoot(), "dist");
  try {
    const entries = (await readdir(join(root, "cli"))).filter((name) => name.endsWith(".js")).toSorted();
    const digests = await Promise.all(entries.map(async (name) => sha256Hex(await readFile(join(root, "cli", name)))));
    const chunks = (await readdir(join(root, "chunks"))).filter((name) => name.endsWith(".js")).toSorted();
    return sha256Hex(Buffer.from(JSON.stringify([entries, digests, chunks])));
  } catch {
    return undefined;
  }
}
