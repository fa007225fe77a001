/** Words of a key: the two ports in one word, then the addresses. */
export const KEY_WORDS = { 4: 3, 6: 9 } as const;

const SLOTS_FIRST = 1 << 10;

/** One generation: open addressing over flat keys, grown by doubling; nothing is ever deleted from it. */
class Generation<Flow> {
  readonly #words: number;
  #keys: Int32Array;
  #flows: (Flow | undefined)[];
  #used: Uint8Array;
  #mask = SLOTS_FIRST - 1;
  count = 0;

  constructor(words: number) {
    this.#words = words;
    this.#keys = new Int32Array(SLOTS_FIRST * words);
    this.#flows = new Array<Flow | undefined>(SLOTS_FIRST);
    this.#used = new Uint8Array(SLOTS_FIRST);
  }

  get(key: Int32Array): Flow | undefined {
    const slot = this.#slot(key);
    return this.#used[slot] === 1 ? this.#flows[slot] : undefined;
  }

  /** `undefined` leaves a key without a flow, which `get` and `flows` pass over. */
  set(key: Int32Array, flow: Flow | undefined): void {
    let slot = this.#slot(key);
    if (this.#used[slot] === 0) {
      if (++this.count * 2 > this.#mask) {
        this.#grow();
        slot = this.#slot(key);
      }
      this.#used[slot] = 1;
      for (let word = 0; word < this.#words; word++) this.#keys[slot * this.#words + word] = key[word] ?? 0;
    }
    this.#flows[slot] = flow;
  }

  *flows(): Generator<Flow> {
    for (const flow of this.#flows) if (flow !== undefined) yield flow;
  }

  /** The key's slot, or the free one where it belongs. */
  #slot(key: Int32Array): number {
    const words = this.#words;
    let hash = 0;
    for (let word = 0; word < words; word++) hash = Math.imul(hash ^ (key[word] ?? 0), 0x9e3779b1) ^ (hash >>> 15);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    let slot = (hash ^ (hash >>> 13)) & this.#mask;
    while (this.#used[slot] === 1 && !this.#same(slot * words, key)) slot = (slot + 1) & this.#mask;
    return slot;
  }

  #same(position: number, key: Int32Array): boolean {
    for (let word = 0; word < this.#words; word++) if (this.#keys[position + word] !== key[word]) return false;
    return true;
  }

  #grow(): void {
    const [keys, flows, used] = [this.#keys, this.#flows, this.#used];
    const slots = (this.#mask + 1) * 2;
    this.#mask = slots - 1;
    this.#keys = new Int32Array(slots * this.#words);
    this.#flows = new Array<Flow | undefined>(slots);
    this.#used = new Uint8Array(slots);
    for (let old = 0; old < used.length; old++) {
      if (used[old] === 0) continue;
      const key = keys.subarray(old * this.#words, (old + 1) * this.#words);
      const slot = this.#slot(key);
      this.#used[slot] = 1;
      this.#keys.set(key, slot * this.#words);
      this.#flows[slot] = flows[old];
    }
  }
}

/**
 * Flows by their addresses and ports, in bounded memory: a flow that nothing was heard of while `limit` others were heard
 * of is given up. Two generations make that cheap: a flow that is found in the old one moves to the young one; when the
 * young one is full, what is left in the old one goes.
 */
export class FlowTable<Flow> {
  readonly #words: number;
  readonly #limit: number;
  readonly #givenUp: (flow: Flow) => void;
  #young: Generation<Flow>;
  #old: Generation<Flow>;

  constructor(words: number, limit: number, givenUp: (flow: Flow) => void) {
    this.#words = words;
    this.#limit = limit;
    this.#givenUp = givenUp;
    this.#young = new Generation(words);
    this.#old = new Generation(words);
  }

  find(key: Int32Array): Flow | undefined {
    const young = this.#young.get(key);
    if (young !== undefined || this.#old.count === 0) return young;
    const old = this.#old.get(key);
    if (old === undefined) return undefined;
    this.#old.set(key, undefined);
    this.set(key, old);
    return old;
  }

  set(key: Int32Array, flow: Flow): void {
    if (this.#young.count >= this.#limit) {
      for (const left of this.#old.flows()) this.#givenUp(left);
      this.#old = this.#young;
      this.#young = new Generation(this.#words);
    }
    this.#young.set(key, flow);
  }

  /** Every flow that is still known. */
  *flows(): Generator<Flow> {
    yield* this.#old.flows();
    yield* this.#young.flows();
  }
}
