import { assert } from "../errors.ts";

/**
 * Chance as data: the same seed and name give the same numbers on every machine and in every version of fieldtape.
 * xoshiro128** (Blackman and Vigna, 2018), seeded through the finaliser of MurmurHash3. Not for secrets.
 */
export class Random {
  readonly #seed: number;
  readonly #name: string;
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** `seed` is a whole number from 0 to 2⁵³−1. Different names give independent streams of one seed. */
  constructor(seed: number, name = "") {
    assert(Number.isSafeInteger(seed) && seed >= 0, `${seed} is no seed`);
    this.#seed = seed;
    this.#name = name;
    let mixed = mix(seed >>> 0, Math.floor(seed / 0x1_0000_0000));
    for (let index = 0; index < name.length; index++) mixed = mix(mixed, name.charCodeAt(index) + 1);
    this.#a = mix(mixed, 1);
    this.#b = mix(mixed, 2);
    this.#c = mix(mixed, 3);
    // A state of zeros alone would stay so for ever.
    this.#d = mix(mixed, 4) | 1;
  }

  /** The next whole number from 0 to 2³²−1. */
  next(): number {
    const scrambled = Math.imul(rotate(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotate(this.#d, 11);
    return scrambled;
  }

  /** A whole number from 0 to `limit` − 1, each as likely as the other; `limit` is 1 to 2³². */
  below(limit: number): number {
    assert(Number.isInteger(limit) && limit >= 1 && limit <= 0x1_0000_0000, `${limit} is no limit`);
    // The last, incomplete round of `limit` numbers would favour the small ones.
    const fair = 0x1_0000_0000 - (0x1_0000_0000 % limit);
    for (;;) {
      const drawn = this.next();
      if (drawn < fair) return drawn % limit;
    }
  }

  /** True with this probability (0 to 1), to one part in 2³². */
  chance(probability: number): boolean {
    return this.next() < probability * 0x1_0000_0000;
  }

  /** An independent stream: it depends on seed and names only, not on what was drawn before. */
  fork(name: string): Random {
    return new Random(this.#seed, `${this.#name}/${name}`);
  }
}

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** MurmurHash3's finaliser over a word that `value` was added to by the golden ratio. */
function mix(word: number, value: number): number {
  let mixed = (word + Math.imul(value + 1, 0x9e37_79b9)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
