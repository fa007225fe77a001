import type { RecordSink } from "../record-sink.ts";

const NANOS_PER_SECOND = 1_000_000_000n;
const TICKS_PER_HIGH = 4_294_967_296;

/**
 * The clock of one interface of a pcapng file: what a tick of its 64-bit stamps is (`if_tsresol`, a power of ten or of
 * two) and where it starts (`if_tsoffset`). Exact to the nanosecond; what is finer is cut off.
 */
export class InterfaceClock {
  readonly #ticksPerSecond: bigint;
  readonly #offset: bigint;
  /** Whole nanoseconds in a tick, where a tick is that; 0 elsewhere, and then each stamp is worked out in full. */
  readonly #tickNanos: number;
  #firstHigh = -1;
  #firstLow = 0;
  #firstAt = 0;

  /** `resolution` is the byte of `if_tsresol`: 10^-n, or 2^-n with the top bit set. `offset` in seconds. */
  constructor(resolution: number, offset: bigint) {
    const power = BigInt(resolution & 0x7f);
    this.#ticksPerSecond = (resolution & 0x80) === 0 ? 10n ** power : 2n ** power;
    const whole = this.#ticksPerSecond <= NANOS_PER_SECOND && NANOS_PER_SECOND % this.#ticksPerSecond === 0n;
    this.#tickNanos = whole ? Number(NANOS_PER_SECOND / this.#ticksPerSecond) : 0;
    this.#offset = offset * NANOS_PER_SECOND;
  }

  /** Moves the import's `at` to a stamp. */
  stamp(records: RecordSink, high: number, low: number): void {
    if (this.#firstHigh < 0) {
      this.#firstAt = records.since(this.#wall(high, low));
      this.#firstHigh = high;
      this.#firstLow = low;
    }
    const ticks = (high - this.#firstHigh) * TICKS_PER_HIGH + (low - this.#firstLow);
    const later = ticks * this.#tickNanos;
    const exact = this.#tickNanos > 0 && Number.isSafeInteger(ticks) && Number.isSafeInteger(later);
    records.moveTo(exact ? this.#firstAt + later : records.since(this.#wall(high, low)));
  }

  #wall(high: number, low: number): bigint {
    const ticks = (BigInt(high) << 32n) | BigInt(low);
    return (ticks * NANOS_PER_SECOND) / this.#ticksPerSecond + this.#offset;
  }
}
