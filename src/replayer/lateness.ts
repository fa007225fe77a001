import { type Nanos, nanos } from "../time/nanos.ts";

/** Each power of two is divided into so many buckets: a figure is at most 1/64 (1.6 %) too large. */
const PARTS_BITS = 6;
const PARTS = 1 << PARTS_BITS;
const POWERS = 54 - PARTS_BITS;

export interface LatenessFigures {
  readonly count: number;
  readonly p50: Nanos;
  readonly p99: Nanos;
  readonly max: Nanos;
}

/**
 * How late things were done, as a histogram of constant size. Early counts as on time: nothing is done before its
 * deadline. Reported beside the tape, never in its `at`.
 */
export class Lateness {
  readonly #buckets = new Float64Array(PARTS * (POWERS + 1));
  #count = 0;
  #max = 0;

  add(late: number): void {
    const span = Math.max(0, late);
    const bucket = bucketOf(span);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#count += 1;
    if (span > this.#max) this.#max = span;
  }

  figures(): LatenessFigures {
    return {
      count: this.#count,
      p50: this.#quantile(0.5),
      p99: this.#quantile(0.99),
      max: nanos(Math.round(this.#max)),
    };
  }

  /** The smallest bucket's upper end below which at least this share of all lies. */
  #quantile(share: number): Nanos {
    let left = Math.ceil(this.#count * share);
    for (const [bucket, count] of this.#buckets.entries()) {
      left -= count;
      if (left <= 0 && this.#count > 0) return nanos(Math.min(upperEnd(bucket), Math.round(this.#max)));
    }
    return nanos(0);
  }
}

function bucketOf(span: number): number {
  const whole = Math.floor(span);
  if (whole < PARTS) return whole;
  const power = Math.floor(Math.log2(whole)) - PARTS_BITS;
  return PARTS * (power + 1) + Math.floor(whole / 2 ** power) - PARTS;
}

function upperEnd(bucket: number): number {
  if (bucket < PARTS) return bucket;
  const power = Math.floor(bucket / PARTS) - 1;
  return ((bucket % PARTS) + PARTS + 1) * 2 ** power - 1;
}
