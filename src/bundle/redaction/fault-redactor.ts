import type { Json } from "../../bytes/json.ts";
import type { ChannelRecord, RawRecord, TapeRecord } from "../../tape/record.ts";
import { ZERO } from "../../time/nanos.ts";
import { isObject } from "./field-path.ts";
import type { Pseudonyms } from "./pseudonyms.ts";
import type { SeatedSubject } from "./seated-subject.ts";

/**
 * So many bytes at the front and at the back may stay, where a failed frame would otherwise fail in another way: what begins and ends it is what it is
 * told by. Fewer are tried first.
 */
const FRONTS: readonly number[] = [0, 1, 2, 3, 4, 6, 8];
const BACKS: readonly number[] = [0, 1, 2, 4];
const ENDS_MAX = 8;
const ENDS = FRONTS.flatMap((front) => BACKS.map((back) => ({ front, back })))
  .filter(({ front, back }) => front + back <= ENDS_MAX)
  .toSorted((one, other) => one.front + one.back - (other.front + other.back));

/** ASCII `a` to `z`. */
const LETTER = 0x61;
const LETTERS = 26;

/** Where the bytes were seen: what a framer knows of them. */
export interface Surroundings {
  readonly channel: ChannelRecord;
  readonly dir: RawRecord["dir"];
}

/** Finds other bytes for those of which nobody knows the fields, that fail in the same way. */
export class FaultRedactor {
  readonly #framing: SeatedSubject;
  readonly #pseudonyms: Pseudonyms;

  constructor(framing: SeatedSubject, pseudonyms: Pseudonyms) {
    this.#framing = framing;
    this.#pseudonyms = pseudonyms;
  }

  /** Bytes of the same length that the framer, alone with them, finds the same faults in; `undefined` if none were found. */
  async scrambled(bytes: Uint8Array, around: Surroundings, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const meant = await this.#outline(bytes, around, signal);
    for (const { front, back } of ENDS) {
      // Something of it has to give way.
      if (front + back >= bytes.length) continue;
      for (const middle of this.#others(bytes.slice(front, bytes.length - back))) {
        const other = bytes.slice();
        other.set(middle, front);
        if ((await this.#outline(other, around, signal)) === meant) return other;
      }
    }
    return undefined;
  }

  /** Its alias, the alias of that, and letters, which mean nothing to most framers. */
  *#others(bytes: Uint8Array): Generator<Uint8Array> {
    const alias = this.#pseudonyms.bytes(bytes);
    yield alias;
    const another = this.#pseudonyms.bytes(alias);
    yield another;
    yield another.map((byte) => LETTER + (byte % LETTERS));
  }

  /** What the framer says of nothing but these bytes, without what they say. */
  async #outline(bytes: Uint8Array, { channel, dir }: Surroundings, signal: AbortSignal): Promise<string> {
    const { subject, config } = this.#framing;
    await using run = await subject.open({ config, channels: [channel], seed: 0, faults: [] });
    const raw: RawRecord = { type: "raw", at: ZERO, channel: channel.channel, dir, bytes };
    const end: TapeRecord = { type: "end", at: ZERO, records: 0, reason: "tried" };
    // What is known before the end, and what only then: other bytes may leave the framer waiting.
    const { outputs: before } = await run.advance([raw], ZERO, signal);
    const { outputs: behind } = await run.advance([end], ZERO, signal);
    return JSON.stringify([before.map(outlineOf), behind.map(outlineOf)]);
  }
}

function outlineOf(record: TapeRecord): Json {
  if (record.type !== "output" || !isObject(record.value)) return record.type;
  const { type = null, fault = null, span = null } = record.value;
  return [record.machine, type, fault, span];
}
