import { joined } from "../../bytes/joined.ts";
import type { ChannelRecord } from "../../tape/record.ts";
import { AROUND_MAX, type Stretch } from "./fault-redactor.ts";
import type { Lane } from "./lane.ts";

/**
 * What of a lane stands directly before a place, as it is now: what a framer says of bytes may depend on what it heard before, and what it says of those on what
 * comes behind them.
 */
export class Foregoing {
  readonly #lane: Lane;
  readonly #place: number;
  readonly #parts: readonly Uint8Array[];

  constructor(lane: Lane, place: number, parts: readonly Uint8Array[] = []) {
    this.#lane = lane;
    this.#place = place;
    this.#parts = lane.isBreak(place) ? [] : parts;
  }

  /** The same, and these bytes behind it. What is too long ago is forgotten. */
  with(bytes: Uint8Array): Foregoing {
    const parts = [...this.#parts, bytes];
    let length = parts.reduce((sum, part) => sum + part.length, 0);
    while (length > AROUND_MAX) length -= parts.shift()?.length ?? 0;
    return new Foregoing(this.#lane, this.#place + bytes.length, parts);
  }

  /** Bytes at this place, and what is around them. */
  stretch(bytes: Uint8Array, channel: ChannelRecord): Stretch {
    const lane = this.#lane;
    const is = joined(this.#parts);
    const from = this.#place - is.length;
    const to = this.#place + bytes.length;
    const stop = Math.min(lane.goesOnTo(to), to + AROUND_MAX);
    return {
      bytes,
      channel,
      dir: lane.dir,
      before: { was: lane.bytes(from, this.#place).slice(), is },
      behind: lane.bytes(to, stop).slice(),
      reads: lane.reads(from, stop),
    };
  }
}
