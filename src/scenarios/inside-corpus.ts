import { existsSync, lstatSync, realpathSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { FieldtapeError } from "../errors.ts";

/** Where the corpora that were asked for, and the folders that hold their cases, really lie: it is asked for each of thousands of cases. */
const places = new Map<string, string>();
const PLACES_MAX = 1_000;

/**
 * A corpus may come from outside: nothing in it may point out of it, neither to be read nor to be written.
 *
 * @throws FieldtapeError SCENARIO_INVALID when `path`, which exists, leads out of the corpus
 */
export function refuseEscape(corpus: string, path: string): void {
  const root = placeOf(corpus);
  const place = realPlace(path);
  if (place === root || place.startsWith(root.endsWith(sep) ? root : root + sep)) return;
  throw new FieldtapeError("SCENARIO_INVALID", "is a link that leads out of the corpus", { file: path });
}

/** Looks at the last part alone, where it is no link: all parts of all paths took a twentieth of a run of small cases. */
function realPlace(path: string): string {
  const above = dirname(path);
  if (above === path || lstatSync(path).isSymbolicLink()) return realpathSync.native(path);
  return join(placeOf(above), basename(path));
}

function placeOf(folder: string): string {
  const known = places.get(folder);
  if (known !== undefined) return known;
  const place = realpathSync.native(folder);
  if (places.size >= PLACES_MAX) places.clear(); // a worker of a queue sees a new corpus with each case
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
