import { FieldtapeError } from "../../errors.ts";
import type { Shard, Timings } from "./run-result.ts";

const SHARDS_MAX = 1000;

/** `i/n`, counted from 1. @throws FieldtapeError USAGE */
export function parseShard(text: string): Shard {
  const [, index, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  if (of !== undefined && shard.index >= 1 && shard.index <= shard.of && shard.of <= SHARDS_MAX) return shard;
  throw new FieldtapeError("USAGE", `--shard ${text}: must be i/n, as 1/4 for the first of four`);
}

/**
 * The cases of one part, in their order. The longest case goes first, each to the part with the least to do; what was never timed counts
 * as the median. All parts find the same division if they have the same names and timings.
 */
export function casesOfShard(names: readonly string[], { index, of }: Shard, timings: Timings): readonly string[] {
  const median = medianOf(names.flatMap((name) => timings.get(name) ?? []));
  const order = names
    .map((name) => ({ name, nanos: timings.get(name) ?? median }))
    .toSorted((a, b) => b.nanos - a.nanos || (a.name < b.name ? -1 : 1));
  const load = Array.from({ length: of }, () => 0);
  const mine = new Set<string>();
  for (const { name, nanos } of order) {
    const least = load.indexOf(Math.min(...load));
    // A case that takes no time at all still takes its turn.
    load[least] = (load[least] ?? 0) + Math.max(1, nanos);
    if (least === index - 1) mine.add(name);
  }
  return names.filter((name) => mine.has(name));
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 1;
}
