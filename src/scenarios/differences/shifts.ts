import type { Path, Said } from "../../replayer/divergence.ts";
import { spanOf } from "./record-keys.ts";

/** A stamp or a place in the bytes that is not where it was expected. */
export interface Moved {
  readonly path: Path;
  /** How much more (or less) than the records before it. */
  readonly by: number;
}

/** What of a pair moved, and how much of that is only a consequence. */
export interface Shift {
  readonly moved: readonly Moved[];
  /** It moved as the records before it did, or right behind a difference that explains it. */
  readonly folded: boolean;
}

const AT: Path = ["at"];
const OFFSET: Path = ["value", "span", 0];

/** By how much a sequence of stamps or offsets is off by now. */
interface Track {
  by: number;
  /** A difference came just before: the next change of `by` is its consequence. */
  excused: boolean;
}

/**
 * Follows how stamps and spans move, channel by channel. A record that moved by the same amount as the one before it is no news. After a
 * difference in a channel the first change of the amount is its consequence: a lost byte moves every span behind it.
 */
export class Shifts {
  readonly #channels = new Map<number | undefined, ChannelTracks>();

  take(expected: Said, actual: Said): Shift {
    const tracks = this.#tracksOf(expected);
    const at = follow(tracks.at, actual.at - expected.at);
    const before = offsetOf(expected);
    const after = offsetOf(actual);
    const isPlaced = before !== undefined && after !== undefined && before.dir === after.dir;
    const offset = isPlaced ? follow(offsetTrack(tracks, before.dir), after.offset - before.offset) : STILL;
    if (at === STILL && offset === STILL) return UNMOVED;
    const moved: Moved[] = [];
    if (typeof at === "number") moved.push({ path: AT, by: at });
    if (typeof offset === "number") moved.push({ path: OFFSET, by: offset });
    return { moved, folded: at === FOLDED || offset === FOLDED };
  }

  /** A difference in a channel: what moves next there, moves because of it. */
  excuse(record: Said): void {
    const { at, offsets } = this.#tracksOf(record);
    at.excused = true;
    for (const track of offsets.values()) track.excused = true;
  }

  #tracksOf({ channel }: Said): ChannelTracks {
    const known = this.#channels.get(channel);
    if (known !== undefined) return known;
    const tracks = {
      at: newTrack(),
      offsets: new Map([
        ["rx", newTrack()],
        ["tx", newTrack()],
      ]),
    };
    this.#channels.set(channel, tracks);
    return tracks;
  }
}

/** Of one channel: its stamps, and its offsets by direction. */
interface ChannelTracks {
  readonly at: Track;
  readonly offsets: Map<string, Track>;
}

const newTrack = (): Track => ({ by: 0, excused: false });

function offsetTrack({ offsets }: ChannelTracks, dir: string): Track {
  const track = offsets.get(dir) ?? newTrack();
  offsets.set(dir, track);
  return track;
}

const STILL = "still";
const FOLDED = "folded";
const UNMOVED: Shift = { moved: [], folded: false };

/** By how much more it moved now, where that is news. */
function follow(track: Track, by: number): number | typeof STILL | typeof FOLDED {
  const news = by - track.by;
  const { excused } = track;
  track.by = by;
  track.excused = false;
  if (news === 0) return by === 0 ? STILL : FOLDED;
  return excused ? FOLDED : news;
}

function offsetOf(record: Said): { readonly dir: string; readonly offset: number } | undefined {
  if (record.type === "raw") return undefined;
  const { value } = record;
  const span = spanOf(value);
  if (span === undefined) return undefined;
  const dir = typeof value === "object" && value !== null && "dir" in value ? value.dir : "";
  return { dir: typeof dir === "string" ? dir : "", offset: span[0] };
}
