import { assert, FieldtapeError } from "../errors.ts";
import { parseIso } from "../time/iso.ts";
import { CHANNEL_MAX } from "./limits.ts";
import type { MergePlan, MergeSource } from "./merge-sources.ts";
import type { MergedRecord } from "./merge-stream.ts";
import type { ChannelRecord, GapRecord, LinkRecord, TapeRecord, WallRecord } from "./record.ts";
import { channelOf, withChannel } from "./relocate.ts";

/** One recording, as far as it has passed. */
interface Passed {
  readonly channels: Map<number, ChannelRecord>;
  /** What has been said about each link since it was opened. */
  readonly links: Map<number, LinkRecord[]>;
  wall: WallRecord | undefined;
  /** Its channels' numbers in the merged tape. */
  readonly numbers: Map<number, number>;
}

/**
 * Makes the records of several tapes those of one: what a part only says again is left out, channels of different recordings get different
 * numbers, and the date is told by one clock.
 */
export class MergedChannels {
  repeatsLeftOut = 0;
  anchorsLeftOut = 0;
  readonly #sources: readonly MergeSource[];
  readonly #alone: boolean;
  readonly #recordings: readonly Passed[];
  /** For each source: whether it is still saying again what was in force. */
  readonly #repeating: boolean[];
  #numbers = 0;

  constructor({ sources, recordings }: MergePlan) {
    this.#sources = sources;
    this.#alone = recordings === 1;
    this.#recordings = Array.from({ length: recordings }, passedNothing);
    this.#repeating = sources.map(() => true);
  }

  /** What becomes of a record: itself, several, or nothing. */
  take({ record, source, index }: MergedRecord): readonly TapeRecord[] {
    const { recording = 0, header } = this.#sources[source] ?? {};
    const passed = this.#recordings[recording];
    assert(passed !== undefined && header !== undefined, "a record of no source");
    if (this.#isRepeat(record, { source, index, passed })) {
      this.repeatsLeftOut++;
      return [];
    }
    follow(passed, record);
    if (this.#alone) return [record];
    if (record.type === "wall" && recording !== 0) {
      this.anchorsLeftOut++;
      return [];
    }
    if (record.type === "gap" && record.channel === undefined) return this.#gapOfAll(record, passed);
    const channel = channelOf(record);
    return [channel === undefined ? record : withChannel(record, this.#number(passed, channel))];
  }

  /** A part begins by saying again what is in force; in a segment a channel may also be said again later, before its next use. */
  #isRepeat(record: TapeRecord, { source, index, passed }: { source: number; index: number; passed: Passed }): boolean {
    const header = this.#sources[source]?.header;
    assert(header !== undefined, "a record of no source");
    const isSegment = header.segment > 0;
    const says = record.type === "channel" || record.type === "link" || record.type === "wall";
    if (!says || (!isSegment && index >= carriedBy(header))) this.#repeating[source] = false;
    const mayRepeat = this.#repeating[source] === true || (isSegment && record.type === "channel");
    return says && mayRepeat && isKnown(passed, record);
  }

  /** A loss on every channel of one recording is none on the others'. How it is shared out among them is not known. */
  #gapOfAll(gap: GapRecord, passed: Passed): readonly TapeRecord[] {
    const numbers = [...passed.numbers.values()];
    if (numbers.length === 0) return [gap];
    const { bytes, ...shared } = gap;
    return numbers.map((channel) => ({
      ...shared,
      channel,
      ...(numbers.length === 1 && bytes !== undefined ? { bytes } : {}),
    }));
  }

  #number(passed: Passed, channel: number): number {
    const known = passed.numbers.get(channel);
    if (known !== undefined) return known;
    if (this.#numbers > CHANNEL_MAX)
      throw new FieldtapeError("LIMIT_EXCEEDED", `the merged tape would have more than ${CHANNEL_MAX + 1} channels`);
    passed.numbers.set(channel, this.#numbers);
    return this.#numbers++;
  }
}

const passedNothing = (): Passed => ({ channels: new Map(), links: new Map(), wall: undefined, numbers: new Map() });

function follow(passed: Passed, record: TapeRecord): void {
  if (record.type === "channel") passed.channels.set(record.channel, record);
  else if (record.type === "wall") passed.wall = record;
  else if (record.type === "link") {
    if (record.event === "open") passed.links.set(record.channel, [record]);
    else if (record.event === "half-close") passed.links.get(record.channel)?.push(record);
    else passed.links.delete(record.channel);
  }
}

function isKnown(passed: Passed, record: ChannelRecord | LinkRecord | WallRecord): boolean {
  switch (record.type) {
    case "channel": {
      const known = passed.channels.get(record.channel);
      return known !== undefined && isSame(known, record);
    }
    case "link":
      return passed.links.get(record.channel)?.some((known) => isSame(known, record)) === true;
    case "wall":
      return passed.wall !== undefined && record.step === 0 && originOf(passed.wall) === originOf(record);
  }
}

/** But for the time at which it was said. */
function isSame(known: ChannelRecord | LinkRecord, record: ChannelRecord | LinkRecord): boolean {
  return JSON.stringify({ ...known, at: 0 }) === JSON.stringify({ ...record, at: 0 });
}

/** The date of `at` 0 by this anchor. */
function originOf({ wall, at }: WallRecord): bigint | undefined {
  const date = parseIso(wall);
  return date === undefined ? undefined : date - BigInt(at);
}

/** How many records a cut begins with that were said before. */
function carriedBy(header: MergeSource["header"]): number {
  const { derived } = header.meta;
  if (typeof derived !== "object" || derived === null || !("options" in derived)) return 0;
  const { options } = derived;
  if (typeof options !== "object" || options === null || !("carried" in options)) return 0;
  return typeof options.carried === "number" ? options.carried : 0;
}
