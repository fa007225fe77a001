import { joined } from "../../bytes/joined.ts";
import type { Json } from "../../bytes/json.ts";
import type { ChannelRecord, RawRecord, TapeRecord } from "../../tape/record.ts";
import { type Nanos, plus, seconds, ZERO } from "../../time/nanos.ts";
import { isObject } from "./field-path.ts";
import type { Pseudonyms } from "./pseudonyms.ts";
import type { SeatedSubject } from "./seated-subject.ts";

/** What a framer is given of the bytes around a failed frame: whether and when it goes on there is part of how it failed. */
export const AROUND_MAX = 256;
/** So many bytes of a failed frame may stay, where it would otherwise fail in another way: they are what the framer goes by. */
const STAYING_MAX = 8;
/** So often it is tried at most. */
const TRIES_MAX = 300;

/** ASCII `a` to `z`. */
const LETTER = 0x61;
const LETTERS = 26;

/** Bytes of which nobody knows the fields, and where they were seen. */
export interface Stretch {
  readonly bytes: Uint8Array;
  readonly channel: ChannelRecord;
  readonly dir: RawRecord["dir"];
  /** Others of their kind that stand directly before them, as they were and as they are now. */
  readonly before: { readonly was: Uint8Array; readonly is: Uint8Array };
  /** What came behind them, up to where nothing goes on. */
  readonly behind: Uint8Array;
  /** How all of it was cut into reads. */
  readonly reads: readonly Read[];
}

export interface Read {
  readonly at: Nanos;
  readonly length: number;
}

/** Finds other bytes for those of which nobody knows the fields, that fail in the same way. */
export class FaultRedactor {
  readonly #framing: SeatedSubject;
  readonly #pseudonyms: Pseudonyms;

  constructor(framing: SeatedSubject, pseudonyms: Pseudonyms) {
    this.#framing = framing;
    this.#pseudonyms = pseudonyms;
  }

  /**
   * Bytes of the same length for which the framer says the same, at the same times, also of what is around them; `undefined` if none were found. Where others
   * do not do, as few as possible stay.
   */
  async scrambled(stretch: Stretch, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const { bytes, before, behind } = stretch;
    const meant = await this.#outline(joined([before.was, bytes, behind]), stretch, signal);
    const isAlike = async (other: Uint8Array): Promise<boolean> =>
      (await this.#outline(joined([before.is, other, behind]), stretch, signal)) === meant;
    const others = this.#others(bytes);
    for (const other of others) if (await isAlike(other)) return other;
    return (await isAlike(bytes)) ? partly(bytes, others, isAlike) : undefined;
  }

  /** Its alias, the alias of that, letters, which mean nothing to most framers, and for what is nearly text each character's kind. */
  #others(bytes: Uint8Array): readonly Uint8Array[] {
    const alias = this.#pseudonyms.bytes(bytes);
    const another = this.#pseudonyms.bytes(alias);
    const letters = another.map((byte) => LETTER + (byte % LETTERS));
    return isNearlyText(bytes)
      ? [alias, another, letters, this.#pseudonyms.characters(bytes)]
      : [alias, another, letters];
  }

  /** What the framer says of these bytes, and when, without what they say. */
  async #outline(bytes: Uint8Array, { channel, dir, reads }: Stretch, signal: AbortSignal): Promise<string> {
    const { subject, config } = this.#framing;
    await using run = await subject.open({ config, channels: [channel], seed: 0, faults: [] });
    let from = 0;
    const heard = reads.map(({ at, length }): RawRecord => {
      from += length;
      return { type: "raw", at, channel: channel.channel, dir, bytes: bytes.slice(from - length, from) };
    });
    const at = plus(heard.at(-1)?.at ?? ZERO, seconds(1));
    const end: TapeRecord = { type: "end", at, records: 0, reason: "tried" };
    const { outputs } = await run.advance([...heard, end], at, signal);
    return JSON.stringify(outputs.map(outlineOf));
  }
}

/** Puts others in the place of as many bytes as can be: of ever smaller parts those that nothing else can stand for stay. */
async function partly(
  bytes: Uint8Array,
  others: readonly Uint8Array[],
  isAlike: (other: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array | undefined> {
  let found = bytes;
  let tries = 0;
  let staying = 0;
  const parts = halves(0, bytes.length);
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const [from, to] = part;
    let isGone = false;
    for (const other of others) {
      const given = found.slice();
      given.set(other.subarray(from, to), from);
      if (isGone || given.every((byte, index) => byte === found[index])) continue;
      tries += 1;
      isGone = await isAlike(given);
      if (isGone) found = given;
    }
    if (!isGone && to - from === 1) staying += 1;
    else if (!isGone) parts.push(...halves(from, to));
    if (staying > STAYING_MAX || tries > TRIES_MAX) return undefined;
  }
  return found;
}

/** The second one first; of one byte, itself. */
function halves(from: number, to: number): [from: number, to: number][] {
  const middle = Math.ceil((from + to) / 2);
  return middle === to
    ? [[from, to]]
    : [
        [middle, to],
        [from, middle],
      ];
}

/** A frame of text into which a wire has put something else. */
function isNearlyText(bytes: Uint8Array): boolean {
  const others = bytes.filter((byte) => byte >= 0x7f || (byte < 0x20 && byte !== 0x0d && byte !== 0x0a));
  return others.length * 4 <= bytes.length;
}

function outlineOf(record: TapeRecord): Json {
  if (record.type !== "output" || !isObject(record.value)) return record.type;
  const { type = null, fault = null, span = null } = record.value;
  return [record.at, record.machine, type, fault, span];
}
