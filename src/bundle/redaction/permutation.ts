import { createHmac } from "node:crypto";

/** Luby and Rackoff 1988: four rounds cannot be told from chance, whichever way they are asked. */
const ROUNDS = 4;

/** A string of numbers, and how many there can be at each of its places. */
export interface Domain {
  readonly digits: readonly number[];
  readonly sizes: readonly number[];
}

/**
 * A keyed permutation of the strings that have a number of these sizes at each place: a Feistel network over its two halves, place by place
 * added modulo its size, whose round function is HMAC-SHA-256. Distinct strings have distinct images, and without the key nobody can tell
 * which is whose.
 *
 * `shape` is whatever else tells two domains apart.
 */
export function permuted(blocks: KeyedBlocks, shape: string, { digits, sizes }: Domain): readonly number[] {
  const image = [...digits];
  const middle = Math.ceil(image.length / 2);
  const halves = [
    [0, middle],
    [middle, image.length],
  ] as const;
  const domain = `${shape}|${sizes.join(",")}`;
  // One place alone has nothing beside it: it is moved once, by one at least.
  const rounds = image.length === 1 ? 1 : ROUNDS;
  for (let round = 0; round < rounds; round += 1) {
    const [from, to] = halves[round % 2] ?? [0, 0];
    const [otherFrom, otherTo] = halves[(round + 1) % 2] ?? [0, 0];
    const stream = new NumberStream(blocks, `${domain}/${round}/${image.slice(otherFrom, otherTo).join(",")}`);
    for (let place = from; place < to; place += 1) {
      const size = sizes[place] ?? 1;
      const step = image.length === 1 ? 1 + stream.below(Math.max(1, size - 1)) : stream.below(size);
      image[place] = ((image[place] ?? 0) + step) % size;
    }
  }
  return image;
}

/**
 * The same, and never the string itself where there is another one: nothing stands there as it was. For the one string in as many as there are that
 * is its own image, another one's image is taken.
 */
export function displaced(blocks: KeyedBlocks, shape: string, domain: Domain): readonly number[] {
  const image = [...permuted(blocks, shape, domain)];
  const place = domain.sizes.findLastIndex((size) => size > 1);
  if (place >= 0 && image.every((digit, index) => digit === domain.digits[index]))
    image[place] = ((image[place] ?? 0) + 1) % (domain.sizes[place] ?? 1);
  return image;
}

/** HMAC-SHA-256 of names, by a key. Halves of values come again and again: what was computed for one is remembered, up to so many. */
export class KeyedBlocks {
  readonly #key: Uint8Array;
  readonly #known = new Map<string, DataView>();

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  block(name: string): DataView {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const { buffer, byteOffset, byteLength } = createHmac("sha256", this.#key).update(name).digest();
    const block = new DataView(buffer, byteOffset, byteLength);
    if (name.length > NAME_KEPT_MAX) return block;
    if (this.#known.size >= BLOCKS_KEPT) this.#known.clear();
    this.#known.set(name, block);
    return block;
  }
}

const BLOCKS_KEPT = 65_536;
const NAME_KEPT_MAX = 256;

/** Numbers drawn from the blocks of a name and a counter. */
class NumberStream {
  readonly #blocks: KeyedBlocks;
  readonly #name: string;
  #block: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;
  #count = 0;

  constructor(blocks: KeyedBlocks, name: string) {
    this.#blocks = blocks;
    this.#name = name;
  }

  /** From 0 to `size` − 1; off from even by less than one part in 2³² / size. */
  below(size: number): number {
    if (this.#at + 4 > this.#block.byteLength) {
      this.#block = this.#blocks.block(`${this.#name}/${this.#count}`);
      this.#at = 0;
      this.#count += 1;
    }
    const drawn = this.#block.getUint32(this.#at);
    this.#at += 4;
    return drawn % size;
  }
}
