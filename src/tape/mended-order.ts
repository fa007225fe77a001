import { FieldtapeError } from "../errors.ts";
import { type Nanos, nanos, ZERO } from "../time/nanos.ts";
import { believableTimes } from "./believable-times.ts";
import type { GapRecord, HeaderRecord, MarkRecord, TapeRecord } from "./record.ts";
import { channelOf, withAt } from "./relocate.ts";

type Content = Exclude<TapeRecord, HeaderRecord>;

/** A record that is held back. */
interface Held {
  readonly record: Content;
  /** As it stood on the damaged tape, but counted from the beginning of the new one. */
  readonly at: number;
  /** What comes right after it; each gets its time. */
  readonly after: (GapRecord | MarkRecord)[];
}

/** So many records before one and after it say whether its time can be. */
const WITNESSES = 512;

/**
 * Puts what was saved of a tape into an order that a tape may have: a header first and once, `at` that never goes back, every channel
 * declared before its use. Some records are held back, because only the many around it show which `at` is wrong.
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
  #held: Held[] = [];
  /** A time among those held goes back. */
  #inDoubt = false;
  /** What was lost or noted before anything was held. */
  #first: (GapRecord | MarkRecord)[] = [];
  /** Where the present one of several tapes in one file begins. */
  #origin = 0;

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
    const after = this.#held.at(-1)?.after ?? this.#first;
    const last = after.at(-1);
    const gap: GapRecord = { type: "gap", at: ZERO, cause: "damage", bytes };
    if (last?.type === "gap") after[after.length - 1] = { ...gap, bytes: bytes + (last.bytes ?? 0) };
    else after.push(gap);
  }

  note(label: string): void {
    (this.#held.at(-1)?.after ?? this.#first).push({ type: "mark", at: ZERO, label });
  }

  end(): void {
    this.#release(this.#held.length);
  }

  #header(header: HeaderRecord): void {
    const required = header.requires[0];
    if (required !== undefined)
      throw new FieldtapeError("TAPE_UNSUPPORTED", `the tape requires "${required}", which this version does not know`);
    if (!this.#begun && this.#held.length === 0) {
      this.#begun = true;
      this.#emit(header);
      return;
    }
    this.laterHeaders++;
    this.end();
    this.#origin = this.#at;
  }

  #content(record: Content): void {
    if (this.#held.length >= 2 * WITNESSES) this.#release(WITNESSES);
    const at = Math.min(record.at + this.#origin, Number.MAX_SAFE_INTEGER);
    if (at < (this.#held.at(-1)?.at ?? this.#at)) this.#inDoubt = true;
    this.#held.push({ record, at, after: [] });
  }

  /** Emits the first `count` of those held. */
  #release(count: number): void {
    if (!this.#begun && count > 0) {
      this.headerLost = true;
      this.#begun = true;
      this.#emit(this.#fallback);
    }
    if (!this.#begun) return;
    const believed = this.#inDoubt ? this.#judge() : undefined;
    this.#emitAll(this.#first);
    this.#first = [];
    for (const [index, held] of this.#held.slice(0, count).entries()) {
      if (believed?.[index] !== false) this.#at = nanos(held.at);
      else if (held.record.type !== "unknown") this.timesMended++;
      this.#emitContent(held);
    }
    this.#held = this.#held.slice(count);
    this.#inDoubt = this.#inDoubt && goesBack(this.#held, this.#at);
  }

  #judge(): readonly boolean[] {
    const times = this.#held.map(({ at }) => at);
    // All of them before what is out already: time began anew here, without a header that says so.
    const latest = Math.max(...times);
    if (latest < this.#at && times.length > WITNESSES) {
      const shift = this.#at - Math.min(...times);
      this.#origin += shift;
      this.#held = this.#held.map((held) => ({ ...held, at: held.at + shift }));
    }
    return believableTimes(
      this.#held.map(({ at }) => at),
      this.#at,
    );
  }

  #emitContent({ record, after }: Held): void {
    this.#declare(record);
    // A record of unknown type without a time of its own has that of the record before it, and needs none.
    const timeless = record.type === "unknown" && record.at + this.#origin < this.#at;
    this.#emit(timeless ? { ...record, at: this.#at } : withAt(record, this.#at));
    this.#emitAll(after);
  }

  #emitAll(records: readonly (GapRecord | MarkRecord)[]): void {
    for (const record of records) this.#emit({ ...record, at: this.#at });
  }

  #declare(record: Content): void {
    const channel = record.type === "unknown" ? undefined : channelOf(record);
    if (channel === undefined || this.#declared.has(channel)) return;
    this.#declared.add(channel);
    if (record.type === "channel") return;
    this.channelsDeclared++;
    const name = `recovered-${channel}`;
    this.#emit({ type: "channel", at: this.#at, channel, name, kind: "stream", source: "", settings: {} });
  }
}

function goesBack(held: readonly Held[], from: number): boolean {
  return held.some(({ at }, index) => at < (held[index - 1]?.at ?? from));
}
