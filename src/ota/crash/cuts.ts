import type { Effect } from "./disk-node.ts";
import type { ModelDisk } from "./model-disk.ts";

/** Effects, up to which every combination of what survives is tried. */
const EXHAUSTIVE_MAX = 6;
const SECTOR = 512;
const PAGE = 4096;

/** What a cut now can leave: each disk once, with what happened to what was not yet durable, in words. */
export interface Cut {
  readonly disk: ModelDisk;
  readonly survivors: readonly Effect[];
}

/**
 * Everything that may survive a cut: all combinations while they are few; of many, each beginning, and all but one. And of bytes, each
 * piece torn at the first and last border of a sector (512 B) and of a page (4 KiB): the rest not there, or zeros.
 */
export function* cuts(disk: ModelDisk): Generator<Cut> {
  for (const survivors of survivals(disk.pending)) yield { disk: disk.cut(survivors), survivors };
}

function* survivals(pending: readonly Effect[]): Generator<readonly Effect[]> {
  if (pending.length <= EXHAUSTIVE_MAX) yield* combinations(pending);
  else {
    for (let length = 0; length <= pending.length; length += 1) yield pending.slice(0, length);
    for (let missing = 0; missing < pending.length - 1; missing += 1)
      yield pending.filter((_, index) => index !== missing);
  }
  for (const [index, effect] of pending.entries()) {
    for (const torn of tears(effect)) yield [...pending.slice(0, index), torn, ...pending.slice(index + 1)];
  }
}

function* combinations(pending: readonly Effect[]): Generator<readonly Effect[]> {
  for (let mask = 0; mask < 1 << pending.length; mask += 1) {
    yield pending.filter((_, index) => (mask & (1 << index)) !== 0);
  }
}

/** The same pieces for the same effect, so that what they make is known, too. */
const torn = new WeakMap<Effect, readonly Effect[]>();

function tears(effect: Effect): readonly Effect[] {
  if (effect.type !== "bytes") return [];
  const known = torn.get(effect);
  if (known !== undefined) return known;
  const { offset, bytes } = effect;
  const pieces = [...borders(offset, offset + bytes.length)].flatMap((border): Effect[] => {
    const zeros = bytes.slice();
    zeros.fill(0, border - offset);
    return [
      { ...effect, bytes: bytes.slice(0, border - offset) },
      { ...effect, bytes: zeros },
    ];
  });
  torn.set(effect, pieces);
  return pieces;
}

/** Borders inside the span: the first and the last of each kind. */
function borders(start: number, end: number): ReadonlySet<number> {
  const found = new Set<number>();
  for (const size of [SECTOR, PAGE]) {
    const first = (Math.floor(start / size) + 1) * size;
    const last = (Math.ceil(end / size) - 1) * size;
    if (first < end) found.add(first);
    if (last > start) found.add(last);
  }
  return found;
}
