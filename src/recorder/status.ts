import { type Nanos, seconds } from "../time/nanos.ts";
import type { ChannelTally, Flow, Loss, TailEntry } from "./tally.ts";

/** What a recording is doing at one moment. */
export interface RecordingStatus {
  readonly state: "recording" | "stopping" | "stopped";
  /** Tape time of this snapshot. */
  readonly at: Nanos;
  /** The segment that is being written. */
  readonly path: string;
  readonly records: number;
  readonly rx: Flow;
  readonly tx: Flow;
  /** What is missing, by cause. */
  readonly losses: readonly Loss[];
  /** Open channels and those that closed last. */
  readonly channels: readonly ChannelTally[];
  readonly marks: number;
  readonly events: number;
  /** Records that decoding added; absent: nothing is decoded. */
  readonly outputs?: number;
  readonly decodeFailure?: string;
  /** Memory that waits for the writer, in bytes. */
  readonly waiting: number;
  /** The last reads, oldest first. */
  readonly tail: readonly TailEntry[];
}

export interface Rates {
  /** Bytes and reads a second. */
  readonly rx: { readonly bytes: number; readonly reads: number };
  readonly tx: { readonly bytes: number; readonly reads: number };
}

/** What went through between two snapshots, a second. */
export function ratesBetween(before: RecordingStatus, after: RecordingStatus): Rates {
  const span = (after.at - before.at) / 1e9;
  const rate = (from: Flow, to: Flow) => ({
    bytes: span > 0 ? (to.bytes - from.bytes) / span : 0,
    reads: span > 0 ? (to.reads - from.reads) / span : 0,
  });
  return { rx: rate(before.rx, after.rx), tx: rate(before.tx, after.tx) };
}

/** A rate should be that of about a second, however often somebody looks. */
const WINDOW = seconds(1);

/** Rates over the last second or so, from looks that come more often. */
export class RateMeter {
  #looks: RecordingStatus[] = [];

  next(status: RecordingStatus): Rates {
    this.#looks.push(status);
    while (this.#looks.length > 2 && status.at - (this.#looks[1]?.at ?? 0) >= WINDOW) this.#looks.shift();
    return ratesBetween(this.#looks[0] ?? status, status);
  }
}
