import type { ChannelKind, Dir, GapCause, LinkChange } from "../../bytes/channel.ts";
import type { JsonObject } from "../../bytes/json.ts";
import { FieldtapeError } from "../../errors.ts";
import type { TapeRecord } from "../../tape/record.ts";
import { formatIso } from "../../time/iso.ts";
import { type Nanos, nanos, ZERO } from "../../time/nanos.ts";
import { OddityCounts } from "./oddities.ts";

/** docs/tape-format.md, "Limits". */
const CHANNELS_MAX = 1_000_000;
/** What ISO 8601 can say: the years 0 to 9999. */
const FIRST_DATE = -62_167_219_200_000_000_000n;
const AFTER_LAST_DATE = 253_402_300_800_000_000_000n;
/** Network cards and several interfaces put stamps out of order by less; a clock that was set goes back by more. */
const DISORDER_MAX = 1_000_000_000;
/** Time that passes between two packets, seldom more; a stamp that was damaged, mostly more. */
const PAUSE_MAX = 86_400_000_000_000;

export interface NewChannel {
  readonly name: string;
  readonly kind: ChannelKind;
  readonly source: string;
  readonly settings?: JsonObject;
}

/**
 * Where importers put what they find: it numbers the channels, keeps `at` from going back and gathers the records until
 * they are taken. One sink serves all files of one import.
 */
export class RecordSink {
  readonly oddities = new OddityCounts();
  /** Packets, lines or reads that the input held, used or not. */
  found = 0;
  #records: TapeRecord[] = [];
  #at: Nanos = ZERO;
  #started: bigint | undefined;
  /** Added to each stamp since the clock was last set. */
  #shift = 0;
  #channels = 0;
  #payload = 0;
  #reads = 0;
  #total = 0;

  /** The date of `at` 0 in nanoseconds since 1970, once something with a date was found. */
  get started(): bigint | undefined {
    return this.#started;
  }

  get at(): Nanos {
    return this.#at;
  }

  get channels(): number {
    return this.#channels;
  }

  /** Payload bytes and reads so far, for progress and the report. */
  get payload(): number {
    return this.#payload;
  }

  get reads(): number {
    return this.#reads;
  }

  /** Records of every type so far. */
  get total(): number {
    return this.#total;
  }

  /** The first call says which date `at` 0 has; all calls answer with the nanoseconds from there to `wall`. */
  since(wall: bigint): number {
    if (this.#started === undefined) {
      if (wall < FIRST_DATE || wall >= AFTER_LAST_DATE) {
        throw new FieldtapeError("INPUT_MALFORMED", "what comes first is not dated between the years 0 and 9999");
      }
      this.#started = wall;
    }
    return Number(wall - this.#started);
  }

  /**
   * From here on records are stamped with what `since` said. A stamp that goes back by up to a second is out of order: it gets the
   * `at` of the one before. One that goes back further or jumps further than a tape is long is the clock being set: it gets
   * the `at` of the one before and a `wall` record, and time goes on from there.
   *
   * @throws FieldtapeError LIMIT_EXCEEDED when the input is longer than 104 days.
   */
  moveTo(since: number): void {
    const at = since + this.#shift;
    if (at >= this.#at && at <= Number.MAX_SAFE_INTEGER) this.#at = nanos(at);
    else if (at < this.#at && this.#at - at <= DISORDER_MAX) this.oddities.note("stamp-back");
    else if (at < this.#at || at - this.#at > PAUSE_MAX) this.#clockWasSet(since, at - this.#at);
    else throw new FieldtapeError("LIMIT_EXCEEDED", "the input is longer than 104 days", { hint: "cut it into parts" });
  }

  /** From here on records are stamped `at`, if that is later. */
  goOnTo(at: Nanos): void {
    if (at > this.#at) this.#at = at;
  }

  /** What has this date happens `at`, and so on from there. */
  setClock(at: Nanos, wall: bigint): void {
    this.#shift = at - this.since(wall);
    this.goOnTo(at);
  }

  channel(channel: NewChannel): number {
    if (this.#channels === CHANNELS_MAX) {
      throw new FieldtapeError("LIMIT_EXCEEDED", "the input holds more than 1,000,000 connections", {
        hint: "choose some of them with --port",
      });
    }
    const number = this.#channels;
    const { name, kind, source, settings = {} } = channel;
    this.put({ type: "channel", at: this.#at, channel: number, name, kind, source, settings });
    return number;
  }

  raw(channel: number, dir: Dir, bytes: Uint8Array): void {
    this.put({ type: "raw", at: this.#at, channel, dir, bytes });
  }

  /** `bytes` where the number is known. */
  gap(channel: number, dir: Dir, cause: GapCause, bytes?: number): void {
    this.put({ type: "gap", at: this.#at, channel, dir, cause, ...(bytes === undefined ? {} : { bytes }) });
  }

  link(channel: number, event: LinkChange, more: { readonly dir?: Dir; readonly reason?: string } = {}): void {
    this.put({ type: "link", at: this.#at, channel, event, ...more });
  }

  mark(label: string): void {
    this.put({ type: "mark", at: this.#at, label });
  }

  put(record: Exclude<TapeRecord, { type: "header" }>): void {
    this.#at = record.at;
    this.#total++;
    if (record.type === "raw") {
      this.#reads++;
      this.#payload += record.bytes.length;
    } else if (record.type === "channel") this.#channels++;
    this.#records.push(record);
  }

  /** Records that wait to be taken. */
  get pending(): number {
    return this.#records.length;
  }

  /** Everything since the last call. */
  take(): readonly TapeRecord[] {
    const taken = this.#records;
    this.#records = [];
    return taken;
  }

  #clockWasSet(since: number, by: number): void {
    this.oddities.note("clock-set");
    this.#shift = this.#at - since;
    if (this.#started === undefined || !Number.isFinite(since)) return;
    const wall = this.#started + BigInt(Math.round(since));
    const step = Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, by));
    if (wall >= FIRST_DATE && wall < AFTER_LAST_DATE)
      this.put({ type: "wall", at: this.#at, wall: formatIso(wall), step });
  }
}
