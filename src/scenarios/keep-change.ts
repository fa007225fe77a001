import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { refuseEscape } from "./inside-corpus.ts";

/** Keeps what was decided about goldens in one file below the corpus's `changes/`, named for its content. @throws FieldtapeError SCENARIO_INVALID */
export async function keepChange(corpus: string, text: string): Promise<void> {
  const folder = join(corpus, "changes");
  await mkdir(folder, { recursive: true });
  refuseEscape(corpus, folder);
  const name = createHash("sha256").update(text).digest("hex").slice(0, 12);
  await writeFileAtomic(join(folder, `${name}.yaml`), text);
}
