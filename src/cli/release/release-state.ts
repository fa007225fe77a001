import { createHash } from "node:crypto";
import { join } from "node:path";
import { writeWhole } from "../../ota/release/atomic-file.ts";
import { fileChunks, readIfThere } from "../../ota/release/input-file.ts";
import { parseReleaseState, type ReleaseState } from "./schema.ts";

const STATE_FILE = "state.json";
const STATE_BYTES_MAX = 1024 * 1024;

export const NOTHING_DONE: ReleaseState = { schema: 1, steps: {} };

/** How far the release in this folder has come; `undefined`: none was begun, or by a version with another state file. */
export async function readReleaseState(work: string): Promise<ReleaseState | undefined> {
  const bytes = await readIfThere(join(work, STATE_FILE), STATE_BYTES_MAX);
  return bytes === undefined ? undefined : parseReleaseState(new TextDecoder().decode(bytes));
}

/** @throws FieldtapeError OUTPUT_FAILED, DISK_FULL */
export function writeReleaseState(work: string, state: ReleaseState): Promise<void> {
  return writeWhole(join(work, STATE_FILE), `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600, force: true });
}

/** The steps whose files are still as they were left. */
export async function stepsStillWhole(work: string, state: ReleaseState): Promise<ReleaseState["steps"]> {
  const whole: Record<string, ReleaseState["steps"][string]> = {};
  for (const [step, done] of Object.entries(state.steps)) {
    const now = await digestsOf(work, Object.keys(done.files)).catch(() => undefined);
    if (now !== undefined && Object.entries(done.files).every(([path, digest]) => now[path] === digest))
      whole[step] = done;
  }
  return whole;
}

/** The digests of files, by their paths below `folder`. */
export async function digestsOf(folder: string, paths: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const digests: Record<string, string> = {};
  for (const path of paths) {
    const digest = createHash("sha256");
    for await (const chunk of fileChunks(join(folder, path))) digest.update(chunk);
    digests[path] = digest.digest("hex");
  }
  return digests;
}
