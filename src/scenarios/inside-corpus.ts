import { realpathSync } from "node:fs";
import { relative, sep } from "node:path";
import { FieldtapeError } from "../errors.ts";

/**
 * A corpus may come from outside: nothing in it may point out of it, neither to be read nor to be written.
 *
 * @throws FieldtapeError SCENARIO_INVALID when `path`, which exists, leads out of the corpus
 */
export function refuseEscape(corpus: string, path: string): void {
  const inside = relative(realpathSync.native(corpus), realpathSync.native(path));
  if (inside !== ".." && !inside.startsWith(`..${sep}`)) return;
  throw new FieldtapeError("SCENARIO_INVALID", "is a link that leads out of the corpus", { file: path });
}
