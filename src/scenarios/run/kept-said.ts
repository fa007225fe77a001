import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Said } from "../../replayer/divergence.ts";
import { goldenText } from "../golden.ts";

/** Leaves everything that a case said in a folder, under a name that any case may have. */
export function keepSaid(folder: string, name: string, said: readonly Said[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(keptPlace(folder, name), goldenText(said));
}

/** What was kept of a case; `undefined`: nothing, for it could not be played. */
export function readKept(folder: string, name: string): string | undefined {
  try {
    return readFileSync(keptPlace(folder, name), "utf8");
  } catch {
    return undefined;
  }
}

export function keptPlace(folder: string, name: string): string {
  return join(folder, `${createHash("sha256").update(name).digest("hex").slice(0, 32)}.jsonl`);
}
