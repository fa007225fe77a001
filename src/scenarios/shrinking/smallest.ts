/** A single cause is in one of few large parts: many small ones, each alone, would be tried in vain. */
const ALONE_PARTS_MAX = 4;

/**
 * Delta debugging (Zeller and Hildebrandt 2002, ddmin): leaves items out as long as what is left `holds`, whole halves first. Of the
 * result no single item can be left out any more. The order of the items is kept; `items` itself is taken to hold. Gives `items`, the same
 * list, when nothing could be left out.
 */
export async function smallest<T>(
  items: readonly T[],
  holds: (part: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  if (items.length === 0) return items;
  if (await holds([])) return [];
  let kept = items;
  let parts = 2;
  while (kept.length >= 2) {
    const size = Math.ceil(kept.length / parts);
    const alone = parts <= ALONE_PARTS_MAX ? await firstPart(kept, size, holds) : undefined;
    const smaller = alone ?? (await firstRest(kept, size, holds));
    if (smaller !== undefined) {
      parts = alone === undefined ? Math.max(parts - 1, 2) : 2;
      kept = smaller;
    } else if (size === 1) break;
    else parts = Math.min(kept.length, 2 * parts);
  }
  return kept;
}

/** The first part of `size` items that holds alone. */
async function firstPart<T>(
  kept: readonly T[],
  size: number,
  holds: (part: readonly T[]) => Promise<boolean>,
): Promise<readonly T[] | undefined> {
  for (let start = 0; start < kept.length; start += size) {
    const part = kept.slice(start, start + size);
    if (part.length < kept.length && (await holds(part))) return part;
  }
  return undefined;
}

async function firstRest<T>(
  kept: readonly T[],
  size: number,
  holds: (part: readonly T[]) => Promise<boolean>,
): Promise<readonly T[] | undefined> {
  // With two parts the rest of one is the other.
  if (2 * size >= kept.length && size < kept.length) return undefined;
  for (let start = 0; start < kept.length; start += size) {
    const rest = [...kept.slice(0, start), ...kept.slice(start + size)];
    if (rest.length < kept.length && (await holds(rest))) return rest;
  }
  return undefined;
}
