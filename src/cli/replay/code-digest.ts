import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { programRoot } from "../program-root.ts";

/**
 * Tells one build of fieldtape from another: the digest of all that was built, as the build wrote it down. `undefined` where it is run
 * from source: nothing that depends on the code may then be kept.
 */
export async function codeDigest(): Promise<string | undefined> {
  try {
    return await readFile(join(programRoot(), "dist", "digest"), "latin1");
  } catch {
    return undefined;
  }
}
