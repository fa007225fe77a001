import { existsSync, lstatSync, realpathSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { FieldtapeError } from "../errors.ts";

/** Where folders that hold many others really lie: it is asked for each of thousands of cases. */
const places = new Map<string, string>();
const PLACES_MAX = 1_000;

/**
 * A corpus may come from outside: nothing in it may point out of it, neither to be read nor to be written.
 *
 * @throws FieldtapeError SCENARIO_INVALID when `path`, which exists, leads out of the corpus
 */
export function refuseEscape(corpus: string, path: string): void {
  const inside = folderPlace(corpus);
  const place = placeOf(path);
  if (place === inside || place.startsWith(inside.endsWith(sep) ? inside : `${inside}${sep}`)) return;
  throw new FieldtapeError("SCENARIO_INVALID", "is a link that leads out of the corpus", { file: path });
}

/** Where it really lies: through its own link, and those of the folders that it is in. */
function placeOf(path: string): string {
  if (lstatSync(path).isSymbolicLink() || dirname(path) === path) return realpathSync.native(path);
  return join(folderPlace(dirname(path)), basename(path));
}

function folderPlace(folder: string): string {
  const known = places.get(folder);
  if (known !== undefined) return known;
  const place = realpathSync.native(folder);
  if (places.size >= PLACES_MAX) places.clear();
  places.set(folder, place);
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
