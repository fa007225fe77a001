import { Comparison } from "../../replayer/compare.ts";
import type { AtPolicy, Divergence, Said } from "../../replayer/divergence.ts";
import { divergenceWords } from "../../replayer/divergence-words.ts";
import type { FedBatch } from "../../replayer/feed.ts";
import { findWhereabouts, soughtBy } from "../../replayer/whereabouts.ts";
import type { Rechunking } from "../../tape/rechunk.ts";
import type { RecordBatch } from "../../tape/record.ts";
import { collect, type FedTape, feedFrom, type Seat, sayingTo } from "./fed-tape.ts";
import { sayingWithPauses } from "./pauses.ts";
import { cutsOf, framesOf, joinsOf, recut } from "./recut.ts";
import { sayingToWritten } from "./round-trip.ts";
import { RELATIONS, type RelationName } from "./schema.ts";
import { restingPlaces, sayingFrom } from "./warm-seeks.ts";

/** A tape that was played straight through, and the means to play it in other ways. */
export interface PlayedTape {
  readonly straight: readonly Said[];
  readonly seat: Seat;
  readonly seed: number;
  /** The tape again, with its faults, perhaps cut anew. */
  readonly feed: (rechunking?: Rechunking) => AsyncIterable<FedBatch>;
}

export interface PlayedCase extends PlayedTape {
  readonly name: string;
  /** Relations that it opts out of. */
  readonly without: { readonly [name in RelationName]?: string | undefined };
}

/** A relation that does not hold, and the first divergence for a person to read. */
export interface BrokenRelation {
  readonly relation: RelationName;
  readonly words: string;
}

/** What was said when the case was played in another way, and what should have been. */
export interface Other {
  readonly how: string;
  readonly expected: readonly Said[];
  readonly said: readonly Said[];
  readonly at: AtPolicy;
}

/**
 * Plays a case in ways that must not matter. The first relation that does not hold ends it.
 *
 * @throws FieldtapeError what playing throws; LIMIT_EXCEEDED for a case that is too large to be held in memory
 */
export async function checkRelations(played: PlayedCase, signal: AbortSignal): Promise<BrokenRelation | undefined> {
  const tape = await collect(played.feed());
  for (const relation of RELATIONS) {
    if (played.without[relation] !== undefined) continue;
    for await (const other of otherWays(relation, played, tape, signal)) {
      const divergence = await firstDivergence(other, played.seat);
      if (divergence === undefined) continue;
      return { relation, words: await wordsOf(other, divergence, { name: played.name, tape }) };
    }
  }
  return undefined;
}

/** Plays the tape in each way in which, by this relation, the same must be said. */
export function otherWays(
  relation: RelationName,
  played: PlayedTape,
  tape: FedTape,
  signal: AbortSignal,
): AsyncGenerator<Other, void> {
  return WAYS[relation](played, tape, signal);
}

type Ways = (played: PlayedTape, tape: FedTape, signal: AbortSignal) => AsyncGenerator<Other, void>;

const WAYS: Readonly<Record<RelationName, Ways>> = {
  "re-chunk": rechunked,
  twice,
  "pause-resume": paused,
  "warm-seek": sought,
  "round-trip": written,
};

async function* rechunked(played: PlayedTape, tape: FedTape, signal: AbortSignal): AsyncGenerator<Other, void> {
  const { seat, straight, seed } = played;
  for (const [index, cut] of cutsOf(seed).entries()) {
    const said = await sayingTo(feedFrom(recut(tape, cut)), seat, signal);
    const how = index === 0 ? "in single bytes" : `cut by chance, for the ${index}. time`;
    yield { how, expected: straight, said, at: "ignored" };
  }
  const expected = framesOf(straight);
  for (const rechunking of joinsOf(seed)) {
    const said = framesOf(await sayingTo(played.feed(rechunking), seat, signal));
    const how = rechunking.type === "joined" ? "with its reads joined" : "joined and cut by chance";
    yield { how, expected, said, at: "ignored" };
  }
}

async function* twice(
  { seat, straight, feed }: PlayedTape,
  _: FedTape,
  signal: AbortSignal,
): AsyncGenerator<Other, void> {
  yield { how: "a second time", expected: straight, said: await sayingTo(feed(), seat, signal), at: "exact" };
}

async function* paused(
  { seat, straight }: PlayedTape,
  tape: FedTape,
  signal: AbortSignal,
): AsyncGenerator<Other, void> {
  yield { how: "with pauses", expected: straight, said: await sayingWithPauses(tape, seat, signal), at: "exact" };
}

async function* sought(
  { seat, straight }: PlayedTape,
  tape: FedTape,
  signal: AbortSignal,
): AsyncGenerator<Other, void> {
  for (const place of await restingPlaces(tape, seat, signal)) {
    const said = await sayingFrom(tape, place, seat, signal);
    const line = place.position.line;
    yield { how: `from the snapshot behind line ${line}`, expected: straight.slice(place.said), said, at: "exact" };
  }
}

async function* written(
  { seat, straight }: PlayedTape,
  tape: FedTape,
  signal: AbortSignal,
): AsyncGenerator<Other, void> {
  const said = await sayingToWritten(tape, seat, signal);
  yield { how: "written to a tape and read again", expected: straight, said, at: "exact" };
}

async function firstDivergence({ expected, said, at }: Other, { subject }: Seat): Promise<Divergence | undefined> {
  await using comparison = new Comparison(inOneBatch(expected), { role: subject.role, at });
  return (await comparison.take(said)) ?? (await comparison.finish());
}

async function* inOneBatch(records: RecordBatch["records"]): AsyncGenerator<RecordBatch> {
  yield { firstLine: 1, records };
}

async function wordsOf(
  { how }: Other,
  divergence: Divergence,
  { name, tape }: { readonly name: string; readonly tape: FedTape },
): Promise<string> {
  const where = await findWhereabouts(lineByLine(tape), soughtBy(divergence));
  const words = divergenceWords(divergence, where, {
    tape: name,
    expected: "what it says when played straight through",
  });
  return `played ${how}, it says something else\n${words}`;
}

/** Faults leave lines out and take them more than once. */
async function* lineByLine({ records, lines }: FedTape): AsyncGenerator<RecordBatch> {
  for (const [index, record] of records.entries()) yield { firstLine: lines[index] ?? 0, records: [record] };
}
