import { existsSync, realpathSync } from "node:fs";
import { dirname, relative, sep } from "node:path";
import { FieldtapeError } from "../errors.ts";

/** Where the corpora that were asked for really lie: it is asked for each of thousands of cases. */
const places = new Map<string, string>();

/**
 * A corpus may come from outside: nothing in it may point out of it, neither to be read nor to be written.
 *
 * @throws FieldtapeError SCENARIO_INVALID when `path`, which exists, leads out of the corpus
 */
export function refuseEscape(corpus: string, path: string): void {
  const inside = relative(placeOf(corpus), realpathSync.native(path));
  if (inside !== ".." && !inside.startsWith(`..${sep}`)) return;
  throw new FieldtapeError("SCENARIO_INVALID", "is a link that leads out of the corpus", { file: path });
}

function placeOf(corpus: string): string {
  const known = places.get(corpus);
  if (known !== undefined) return known;
  const place = realpathSync.native(corpus);
  places.set(corpus, place);
  return place;
}

/**
 * The same for a place that is yet to be made below the corpus: what is there of its way must not lead out.
 *
 * @throws FieldtapeError SCENARIO_INVALID
 */
export function refuseEscapeTo(corpus: string, path: string): void {
  let place = path;
  while (!existsSync(place) && place !== corpus) place = dirname(place);
  if (existsSync(place)) refuseEscape(corpus, place);
}
