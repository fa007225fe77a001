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
  /** Stamps by channel; offsets by channel and direction. */
  readonly #tracks = new Map<string, Track>();

  take(expected: Said, actual: Said): Shift {
    const channel = `${expected.channel ?? ""}`;
    const moved: Moved[] = [];
    let folded = false;
    const follow = (name: string, path: Path, by: number): void => {
      const track = this.#track(name);
      if (by === track.by) folded ||= by !== 0;
      else if (track.excused) folded = true;
      else moved.push({ path, by: by - track.by });
      track.by = by;
      track.excused = false;
    };
    follow(channel, AT, actual.at - expected.at);
    const before = offsetOf(expected);
    const after = offsetOf(actual);
    if (before !== undefined && after !== undefined && before.dir === after.dir) {
      follow(`${channel}/${before.dir}`, OFFSET, after.offset - before.offset);
    }
    return { moved, folded };
  }

  /** A difference in a channel: what moves next there, moves because of it. */
  excuse({ channel }: Said): void {
    this.#track(`${channel ?? ""}`).excused = true;
    for (const dir of ["rx", "tx", ""]) this.#track(`${channel ?? ""}/${dir}`).excused = true;
  }

  #track(name: string): Track {
    const track = this.#tracks.get(name) ?? { by: 0, excused: false };
    this.#tracks.set(name, track);
    return track;
  }
}

function offsetOf(record: Said): { readonly dir: string; readonly offset: number } | undefined {
  if (record.type === "raw") return undefined;
  const { value } = record;
  const span = spanOf(value);
  if (span === undefined) return undefined;
  const dir = typeof value === "object" && value !== null && "dir" in value ? value.dir : "";
  return { dir: typeof dir === "string" ? dir : "", offset: span[0] };
}
