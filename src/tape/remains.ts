import { stat } from "node:fs/promises";
import { FieldtapeError } from "../errors.ts";
import { parseIso } from "../time/iso.ts";
import { type Nanos, nanos, plus, ZERO } from "../time/nanos.ts";
import { NO_HASH } from "./hash-chain.ts";
import { openTape } from "./reader.ts";
import type { ChannelRecord, HeaderRecord, TapeRecord } from "./record.ts";
import { firstSegmentPath, segmentsBeside } from "./segments.ts";

/** What is left of a recording that is over, closed properly or not: what whoever goes on with it has to know. Times count from segment 0. */
export interface TapeRemains {
  /** Path of segment 0. */
  readonly first: string;
  /** Of its last segment. */
  readonly header: HeaderRecord;
  /** What its chain ended with. */
  readonly digits: string;
  /** Of its last record. */
  readonly at: Nanos;
  /** Where the date was last anchored. */
  readonly anchor: { readonly at: Nanos; readonly wall: bigint };
  /** Declared in the last segment, by number. */
  readonly channels: readonly ChannelRecord[];
  /** Those of them whose link was open to the last. */
  readonly open: readonly ChannelRecord[];
}

/**
 * Reads the last segment of a recording; a torn or damaged end is passed over. `undefined`: there is no such tape.
 *
 * @throws FieldtapeError TAPE_MALFORMED for a tape without a header; what opening a tape throws
 */
export async function remainsOf(path: string, signal: AbortSignal): Promise<TapeRemains | undefined> {
  const last = await lastWritten(await segmentsBeside(path));
  if (last === undefined) return undefined;
  await using tape = await openTape(last, { onUnreadable: () => {} });
  const { header } = tape;
  if (header === undefined) {
    throw new FieldtapeError("TAPE_MALFORMED", "the tape has no header: nothing can go on from it", { file: last });
  }
  const rest = new Rest(header);
  for await (const { records } of tape.batches({ verify: false, signal })) for (const one of records) rest.take(one);
  return { first: firstSegmentPath(path), header, ...rest.told() };
}

/** Killed right after it had made its file, a recorder leaves an empty one: that is no segment. */
async function lastWritten(segments: readonly string[]): Promise<string | undefined> {
  for (const segment of segments.toReversed()) if ((await stat(segment)).size > 0) return segment;
  return undefined;
}

class Rest {
  readonly #offset: Nanos;
  readonly #channels = new Map<number, ChannelRecord>();
  readonly #open = new Set<number>();
  #digits: string;
  #at: Nanos = ZERO;
  #anchor: TapeRemains["anchor"];

  constructor(header: HeaderRecord) {
    this.#offset = nanos(Number(header.offset));
    this.#digits = header.previous ?? NO_HASH;
    this.#anchor = { at: ZERO, wall: parseIso(header.started) ?? 0n };
  }

  take(record: TapeRecord): void {
    if (record.type === "header") return;
    this.#at = record.at;
    if (record.type === "channel") this.#channels.set(record.channel, record);
    else if (record.type === "link") this.#link(record.channel, record.event);
    else if (record.type === "block" || record.type === "end") this.#digits = record.sha256 ?? this.#digits;
    else if (record.type === "wall") {
      this.#anchor = { at: plus(record.at, this.#offset), wall: parseIso(record.wall) ?? this.#anchor.wall };
    }
  }

  told(): Omit<TapeRemains, "first" | "header"> {
    const channels = [...this.#channels.values()].toSorted((a, b) => a.channel - b.channel);
    return {
      digits: this.#digits,
      at: plus(this.#at, this.#offset),
      anchor: this.#anchor,
      channels,
      open: channels.filter(({ channel }) => this.#open.has(channel)),
    };
  }

  #link(channel: number, event: string): void {
    if (event === "open") this.#open.add(channel);
    else if (event !== "half-close") this.#open.delete(channel);
  }
}
