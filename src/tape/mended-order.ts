import { FieldtapeError } from "../errors.ts";
import { type Nanos, nanos, ZERO } from "../time/nanos.ts";
import type { GapRecord, HeaderRecord, MarkRecord, TapeRecord } from "./record.ts";
import { channelOf, withAt } from "./relocate.ts";

/**
 * Puts what was saved of a tape into an order that a tape may have: a header first and once, `at` that never goes back, every channel
 * declared before its use. One record is held back, because only its successor shows which of the two has a wrong `at`.
 */
export class MendedOrder {
  kept = 0;
  headerLost = false;
  laterHeaders = 0;
  timesMended = 0;
  channelsDeclared = 0;
  readonly #fallback: HeaderRecord;
  readonly #emit: (record: TapeRecord) => void;
  readonly #declared = new Set<number>();
  #begun = false;
  /** Of the last record that was emitted. */
  #at: Nanos = ZERO;
  #held: Exclude<TapeRecord, HeaderRecord> | undefined;
  /** What comes right after the record that is held back; each gets its `at`. */
  #after: (GapRecord | MarkRecord)[] = [];
  /** Where the present one of several tapes in one file begins. */
  #origin: Nanos = ZERO;

  constructor(fallback: HeaderRecord, emit: (record: TapeRecord) => void) {
    this.#fallback = fallback;
    this.#emit = emit;
  }

  /** @throws FieldtapeError TAPE_UNSUPPORTED for a header that requires what this version does not know */
  take(record: TapeRecord): void {
    if (record.type === "block" || record.type === "end") return;
    this.kept++;
    if (record.type === "header") this.#header(record);
    else this.#content(record);
  }

  /** Bytes are missing here. */
  lose(bytes: number): void {
    const last = this.#after.at(-1);
    const gap: GapRecord = { type: "gap", at: ZERO, cause: "damage", bytes };
    if (last?.type === "gap") this.#after[this.#after.length - 1] = { ...gap, bytes: bytes + (last.bytes ?? 0) };
    else this.#after.push(gap);
  }

  note(label: string): void {
    this.#after.push({ type: "mark", at: ZERO, label });
  }

  end(): void {
    this.#release();
  }

  #header(header: HeaderRecord): void {
    const required = header.requires[0];
    if (required !== undefined)
      throw new FieldtapeError("TAPE_UNSUPPORTED", `the tape requires "${required}", which this version does not know`);
    if (!this.#begun && this.#held === undefined) {
      this.#begin(header);
      return;
    }
    this.laterHeaders++;
    this.#release();
    this.#origin = this.#at;
  }

  #begin(header: HeaderRecord): void {
    this.#begun = true;
    this.#emit(header);
  }

  #content(record: Exclude<TapeRecord, HeaderRecord>): void {
    const at = nanos(Math.min(record.at + this.#origin, Number.MAX_SAFE_INTEGER));
    const held = this.#held;
    const earliest = held?.at ?? this.#at;
    if (at >= earliest) {
      this.#release();
      this.#held = moved(record, at);
    } else if (record.type === "unknown") {
      // It has no valid time of its own, and then that of the record before it; or a wrong one, which is the same to it.
      this.#release();
      this.#held = { ...record, at: earliest };
    } else if (held !== undefined && at >= this.#at) {
      // The one before ran ahead of both its neighbours.
      this.timesMended++;
      this.#held = moved(held, this.#at);
      this.#release();
      this.#held = moved(record, at);
    } else {
      this.timesMended++;
      this.#release();
      this.#held = moved(record, earliest);
    }
  }

  #release(): void {
    if (!this.#begun && this.#held !== undefined) {
      this.headerLost = true;
      this.#begin(this.#fallback);
    }
    if (this.#held !== undefined) {
      this.#at = this.#held.at;
      this.#declare(this.#held);
      this.#emit(this.#held);
    }
    if (!this.#begun) return;
    for (const record of this.#after) this.#emit({ ...record, at: this.#at });
    this.#held = undefined;
    this.#after = [];
  }

  #declare(record: TapeRecord): void {
    const channel = record.type === "unknown" ? undefined : channelOf(record);
    if (channel === undefined || this.#declared.has(channel)) return;
    this.#declared.add(channel);
    if (record.type === "channel") return;
    this.channelsDeclared++;
    const name = `recovered-${channel}`;
    this.#emit({ type: "channel", at: this.#at, channel, name, kind: "stream", source: "", settings: {} });
  }
}

function moved(record: Exclude<TapeRecord, HeaderRecord>, at: Nanos): Exclude<TapeRecord, HeaderRecord> {
  const there = withAt(record, at);
  return there.type === "header" ? record : there;
}
