import type { Dir } from "../../bytes/channel.ts";
import type { RawRecord, TapeRecord } from "../../tape/record.ts";
import type { Emit } from "../../tape/transform.ts";
import { type Nanos, nanos, ZERO } from "../../time/nanos.ts";
import { atOf } from "./start.ts";

interface Held {
  readonly record: Exclude<TapeRecord, { type: "header" }>;
  readonly line: number;
}

/**
 * Records that come later than they stand on the tape, among those that come when they should. A stream keeps its order: what follows a late
 * read on its channel and direction, and what happens to its link, waits behind it. A datagram waits for nobody.
 */
export class HeldBack {
  readonly #emit: Emit;
  readonly #datagrams = new Set<number>();
  /** By time; of one time in the order in which they were held. */
  #held: Held[] = [];
  /** `channel/dir` → until when it is late. */
  readonly #lateUntil = new Map<string, Nanos>();

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** Takes a record that comes as late as `record.at` says. */
  hold(record: Held["record"], line: number): void {
    const at = nanos(Math.max(record.at, this.#lateness(record)));
    const later = this.#held.findIndex((held) => held.record.at > at);
    this.#held.splice(later < 0 ? this.#held.length : later, 0, { record: { ...record, at }, line });
    for (const wire of wiresOf(record)) this.#lateUntil.set(wire, at);
  }

  /** Takes a record that comes when it should, unless it has to wait. */
  pass(record: TapeRecord, line: number): void {
    if (record.type === "channel") this.#declare(record.channel, record.kind);
    if (record.type === "end") this.#end(record, line);
    else if (record.type !== "header" && this.#lateness(record) > record.at) {
      this.release(record.at);
      this.hold(record, line);
    } else {
      this.release(atOf(record));
      this.#emit(record, line);
    }
  }

  /** Everything that is due until then goes on. */
  release(until: number): void {
    while (this.#held[0] !== undefined && this.#held[0].record.at <= until) {
      const held = this.#held.shift();
      if (held !== undefined) this.#emit(held.record, held.line);
    }
  }

  #end(end: TapeRecord & { type: "end" }, line: number): void {
    const last = this.#held.at(-1)?.record.at ?? ZERO;
    this.release(Number.POSITIVE_INFINITY);
    this.#emit({ ...end, at: nanos(Math.max(end.at, last)) }, line);
  }

  #declare(channel: number, kind: string): void {
    if (kind === "datagram") this.#datagrams.add(channel);
    else this.#datagrams.delete(channel);
  }

  #lateness(record: TapeRecord): Nanos {
    if (record.type === "raw" && this.#datagrams.has(record.channel)) return ZERO;
    let late = ZERO;
    for (const wire of wiresOf(record)) late = nanos(Math.max(late, this.#lateUntil.get(wire) ?? ZERO));
    return late;
  }
}

const DIRS: readonly Dir[] = ["rx", "tx"];

/** The directions of channels whose order a record belongs to. */
function wiresOf(record: TapeRecord): readonly string[] {
  if (record.type !== "raw" && record.type !== "link" && record.type !== "gap") return [];
  if (record.channel === undefined) return [];
  return (record.dir === undefined ? DIRS : [record.dir]).map((dir) => `${record.channel}/${dir}`);
}

/** Whether two reads are of one channel and direction. */
export function isSameWire(one: RawRecord, other: TapeRecord): other is RawRecord {
  return other.type === "raw" && other.channel === one.channel && other.dir === one.dir;
}

/** Whether this ends the order that a read stands in: what happens to its link, a loss, or the end of the tape. */
export function endsOrder(read: RawRecord, record: TapeRecord): boolean {
  if (record.type === "end") return true;
  if (record.type !== "link" && record.type !== "gap") return false;
  return record.channel === undefined || record.channel === read.channel;
}
