import { Random } from "../../bytes/random.ts";
import type { Said } from "../../replayer/divergence.ts";
import type { FedRecord } from "../../replayer/feed.ts";
import type { Rechunking } from "../../tape/rechunk.ts";
import type { FedTape } from "./fed-tape.ts";

/** Reads are cut in so many ways by chance, besides into single bytes. */
const RANDOM_CUTS = 16;
/** Ways to cut what was joined before. */
const JOINED_CUTS = 4;

/** The sizes of the pieces that a read of so many bytes is cut into. */
type Cut = (length: number) => number;

/** Single bytes first, then by chance. */
export function cutsOf(seed: number): readonly Cut[] {
  const byChance = Array.from({ length: RANDOM_CUTS }, (_, index): Cut => {
    const random = new Random(seed, `relations/re-chunk/${index}`);
    return (length) => 1 + random.below(Math.min(length, 1 << random.below(9)));
  });
  return [() => 1, ...byChance];
}

/** Ways to join reads, which moves bytes in time: only frames must stay the same. */
export function joinsOf(seed: number): readonly Rechunking[] {
  const byChance = Array.from({ length: JOINED_CUTS }, (_, index) => ({ type: "random", seed: seed + index }) as const);
  return [{ type: "joined" }, ...byChance];
}

/** The reads of streams in pieces. Each keeps the time of its read, so that nothing but the boundaries is another. */
export function recut({ records, lines, stopAt }: FedTape, cut: Cut): FedTape {
  const streams = new Set<number>();
  const pieces: FedRecord[] = [];
  const lineOf: number[] = [];
  for (const [index, record] of records.entries()) {
    const line = lines[index] ?? 0;
    if (record.type === "channel" && record.kind === "stream") streams.add(record.channel);
    else if (record.type === "channel") streams.delete(record.channel);
    if (record.type !== "raw" || !streams.has(record.channel) || record.bytes.length < 2) {
      pieces.push(record);
      lineOf.push(line);
      continue;
    }
    for (let start = 0; start < record.bytes.length; ) {
      const end = start + cut(record.bytes.length - start);
      pieces.push({ ...record, bytes: record.bytes.subarray(start, end) });
      lineOf.push(line);
      start = end;
    }
  }
  return { records: pieces, lines: lineOf, stopAt };
}

/** What a framer said: values that say which bytes they are made of. */
export function framesOf(said: readonly Said[]): readonly Said[] {
  return said.filter(
    ({ type, ...record }) =>
      type === "output" &&
      "value" in record &&
      typeof record.value === "object" &&
      record.value !== null &&
      "span" in record.value,
  );
}
