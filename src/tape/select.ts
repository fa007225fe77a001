import type { Dir } from "../bytes/channel.ts";
import { FieldtapeError } from "../errors.ts";
import type { ChannelRecord, TapeRecord } from "./record.ts";
import { channelOf } from "./relocate.ts";
import type { Transform } from "./transform.ts";

/** Which channels are meant: by number or by name. Names are learnt as channels are declared. */
export class ChannelChoice {
  readonly #numbers = new Set<number>();
  readonly #wanted: ReadonlySet<string>;
  readonly #missing: Set<string>;
  readonly #seen: string[] = [];

  /** Digits are a number, anything else is a name. `declared`: channels declared before the first record. */
  constructor(wanted: readonly string[], declared: Iterable<ChannelRecord> = []) {
    this.#wanted = new Set(wanted);
    this.#missing = new Set(wanted);
    for (const channel of declared) this.declare(channel);
  }

  declare(channel: ChannelRecord): void {
    const named = this.#wanted.has(channel.name);
    const numbered = this.#wanted.has(String(channel.channel));
    if (named) this.#missing.delete(channel.name);
    if (numbered) this.#missing.delete(String(channel.channel));
    if (named || numbered) this.#numbers.add(channel.channel);
    // A channel may be declared again under another name.
    else this.#numbers.delete(channel.channel);
    if (this.#seen.length < 20) this.#seen.push(`${channel.channel} (${channel.name})`);
  }

  has(channel: number): boolean {
    return this.#numbers.has(channel);
  }

  /** @throws FieldtapeError INPUT_MISSING once the tape is read and a channel that was asked for is not in it. */
  assertFound(file: string): void {
    const [missing] = this.#missing;
    if (missing === undefined) return;
    const hint = this.#seen.length === 0 ? "the tape declares no channel" : `it has ${this.#seen.join(", ")}`;
    throw new FieldtapeError("INPUT_MISSING", `there is no channel ${JSON.stringify(missing)}`, { file, hint });
  }
}

/**
 * Keeps the records of some channels, one direction, or both. What names no channel or direction (marks, the header, a gap that
 * concerns everything) is kept; so are the links of a channel whose one direction is left out.
 */
export function select(choice: { readonly channels?: ChannelChoice; readonly dir?: Dir }): Transform {
  const { channels, dir } = choice;
  return (emit) => ({
    take(record, line) {
      if (record.type === "channel") channels?.declare(record);
      if (channels !== undefined && !onChosen(record, channels)) return;
      if (dir !== undefined && (record.type === "raw" || record.type === "gap") && (record.dir ?? dir) !== dir) return;
      emit(record, line);
    },
    end() {},
  });
}

function onChosen(record: TapeRecord, channels: ChannelChoice): boolean {
  const channel = channelOf(record);
  return channel === undefined || channels.has(channel);
}
