import type { Dir } from "../bytes/channel.ts";
import type { Json } from "../bytes/json.ts";
import { type Rechunking, rechunk } from "../tape/rechunk.ts";
import type { ChannelRecord, EndRecord, HeaderRecord, RawRecord, RecordBatch, TapeRecord } from "../tape/record.ts";
import type { TapePlace } from "../tape/scanner.ts";
import { ChannelChoice, select } from "../tape/select.ts";
import { chain, type Stage, type Transform } from "../tape/transform.ts";
import { type Nanos, nanos, plus, ZERO } from "../time/nanos.ts";
import type { Placed } from "./placed.ts";
import type { Subject } from "./subject.ts";

/** What a subject may be fed: everything that has an `at`. */
export type FedRecord = Exclude<TapeRecord, HeaderRecord>;

/** A batch as a tape is read; `after`: where the next one begins, if that is known. */
export interface SourceBatch extends RecordBatch {
  readonly after?: TapePlace;
}

/** A place from which a replay can be taken up: where to read on, and what a feed knows of the tape before it. */
export interface Landmark {
  readonly place: TapePlace;
  /** Those declared before, in order. A function: there may be many, and most landmarks are never asked. */
  readonly channels: () => readonly ChannelRecord[];
  /** `at` of the last input. */
  readonly lastInput: Nanos;
}

/** What a subject is fed, in order: `records[i]` stands on line `lines[i]`. A batch may have answers only. */
export interface FedBatch {
  readonly records: readonly FedRecord[];
  readonly lines: readonly number[];
  /** Bytes that stand on the tape between these records and that a participant is to send by itself. */
  readonly answers: readonly Placed<RawRecord>[];
  /** The place behind this batch, if the replay can be taken up there. */
  readonly after?: Landmark;
  /** On the last batch: tape time goes on until here. */
  readonly stopAt?: Nanos;
}

/** Which part of a tape is played, and how. */
export interface FeedOptions {
  readonly role: Subject["role"];
  /** What a participant hears: `rx` as it was, or `tx`, turned round, so that it stands in for the device. */
  readonly play: Dir;
  /** `computed`: recorded `elapsed` inputs are left out; the subject's own deadlines fire in their place. */
  readonly time: "recorded" | "computed";
  /** How long tape time runs on after the last input (bytes, gaps, links, …), if the tape's own end does not come later. */
  readonly drain: Nanos;
  /** Only these channels, by number or name. */
  readonly channels?: readonly string[];
  /** Only this direction: for an observer. */
  readonly dir?: Dir;
  readonly rechunking?: Rechunking;
  /** What becomes of the tape before anything is chosen of it: the faults of a scenario. */
  readonly disturbance?: Transform;
  /** Stop here, unless the tape ends before: what comes after this time, or this line, is not fed; no drain, no `end`. */
  readonly until?: { readonly at: Nanos; readonly line?: number };
  /** Where the batches begin, if not at the tape's first line. */
  readonly from?: Landmark;
  /** Names the tape in errors. */
  readonly file: string;
}

/**
 * Chooses what a subject hears, and closes the run with one `end` record at max(the tape's own end, last input + drain).
 * Header, outputs, marks and hash blocks of the source are never fed.
 *
 * @throws FieldtapeError INPUT_MISSING when a channel that was asked for is not on the tape
 */
export async function* feed(
  batches: AsyncIterable<SourceBatch>,
  options: FeedOptions,
): AsyncGenerator<FedBatch, undefined> {
  const choice =
    options.channels === undefined ? undefined : new ChannelChoice(options.channels, options.from?.channels());
  const hearing = new Hearing(options);
  const door = new Door(options);
  const stage = chain(transformsOf(options, choice, door))((record, line) => hearing.take(record, line));
  for await (const { firstLine, records, after } of batches) {
    let line = firstLine;
    for (const record of records) {
      stage.take(record, line);
      line += 1;
    }
    if (door.shut) break;
    // What is being cut anew or disturbed may be held back over the end of a batch.
    const whole = options.rechunking === undefined && options.disturbance === undefined;
    if (hearing.hasHeard) yield hearing.batch(whole ? after : undefined);
  }
  stage.end();
  if (!door.shut) choice?.assertFound(options.file);
  yield hearing.last(door);
}

function transformsOf(options: FeedOptions, choice: ChannelChoice | undefined, door: Door): Transform[] {
  const { dir, rechunking, from, disturbance } = options;
  const selection = { ...(choice === undefined ? {} : { channels: choice }), ...(dir === undefined ? {} : { dir }) };
  return [
    ...(disturbance === undefined ? [] : [disturbance]),
    ...(choice === undefined && dir === undefined ? [] : [select(selection)]),
    door.transform,
    ...(rechunking === undefined ? [] : [rechunk(rechunking, from?.channels())]),
  ];
}

/** Lets in what is an input at all, and shuts at `until`. */
class Door {
  shut = false;
  readonly #computed: boolean;
  readonly #untilAt: number;
  readonly #untilLine: number;
  readonly #bounded: boolean;
  #stopAt: number;

  constructor({ time, until }: FeedOptions) {
    this.#computed = time === "computed";
    this.#bounded = until !== undefined;
    this.#untilAt = until?.at ?? Number.POSITIVE_INFINITY;
    this.#untilLine = until?.line ?? Number.POSITIVE_INFINITY;
    this.#stopAt = this.#untilAt;
  }

  /** Where a run with an `until` stops; `undefined`: it has none and ends as the tape does. */
  get stopAt(): Nanos | undefined {
    return this.#bounded ? nanos(Math.max(ZERO, this.#stopAt)) : undefined;
  }

  readonly transform: Transform = (emit): Stage => ({
    take: (record, line) => {
      if (this.shut || !this.#isInput(record)) return;
      if (record.at <= this.#untilAt && line <= this.#untilLine) return emit(record, line);
      this.shut = true;
      // ADR 0001: when inputs of the last instant are left out, its deadlines do not fire.
      this.#stopAt = Math.min(this.#untilAt, record.at - 1);
    },
    end() {},
  });

  #isInput(record: TapeRecord): record is FedRecord {
    switch (record.type) {
      case "header":
      case "output":
      case "block":
      case "mark":
        return false;
      case "input":
        return !(this.#computed && isElapsed(record.value));
      default:
        return true;
    }
  }
}

/** Divides what came in into what the subject hears and what it is to say by itself. */
class Hearing {
  readonly #participant: boolean;
  readonly #play: Dir;
  readonly #drain: Nanos;
  #records: FedRecord[] = [];
  #lines: number[] = [];
  #answers: Placed<RawRecord>[] = [];
  readonly #channels: ChannelRecord[];
  #lastInput: Nanos;
  #lastLine = 0;
  #end: Placed<EndRecord> | undefined;

  constructor({ role, play, drain, from }: FeedOptions) {
    this.#participant = role === "participant";
    this.#play = play;
    this.#drain = drain;
    this.#channels = [...(from?.channels() ?? [])];
    this.#lastInput = from?.lastInput ?? ZERO;
    this.#lastLine = (from?.place.line ?? 1) - 1;
  }

  get hasHeard(): boolean {
    return this.#records.length > 0 || this.#answers.length > 0;
  }

  take(record: TapeRecord, line: number): void {
    if (record.type === "header") return;
    if (record.type === "end") {
      this.#end = { line, record };
      return;
    }
    this.#lastLine = line;
    if (record.type !== "wall" && record.type !== "unknown") this.#lastInput = record.at;
    if (record.type === "channel") this.#channels.push(record);
    if (!this.#participant) this.#push(record, line);
    else if (record.type === "raw" && record.dir !== this.#play) this.#answers.push({ line, record });
    else if (isNews(record, this.#play)) this.#push(turned(record, this.#play), line);
  }

  batch(place?: TapePlace): FedBatch {
    const batch = {
      records: this.#records,
      lines: this.#lines,
      answers: this.#answers,
      // Behind its end a tape says nothing more, not even that it has one.
      ...(place === undefined || this.#end !== undefined ? {} : { after: this.#landmark(place) }),
    };
    this.#records = [];
    this.#lines = [];
    this.#answers = [];
    return batch;
  }

  /** The end of the run: where it was to stop, or the tape's own end where that comes first. */
  last({ shut, stopAt }: Door): FedBatch {
    const at = nanos(Math.max(this.#end?.record.at ?? ZERO, plus(this.#lastInput, this.#drain)));
    if (stopAt !== undefined && (shut || at > stopAt)) return { ...this.batch(), stopAt };
    const end = { type: "end", at, records: 0, reason: this.#end?.record.reason ?? "replayed" } as const;
    this.#push(end, this.#end?.line ?? this.#lastLine);
    return { ...this.batch(), stopAt: at };
  }

  #landmark(place: TapePlace): Landmark {
    const known = this.#channels.length;
    return { place, channels: () => this.#channels.slice(0, known), lastInput: this.#lastInput };
  }

  #push(record: FedRecord, line: number): void {
    this.#records.push(record);
    this.#lines.push(line);
  }
}

/** A reset is felt by both ends; what fell silent or was lost on a participant's own way out is no news to it. */
function isNews(record: FedRecord, play: Dir): boolean {
  if (record.type === "gap") return (record.dir ?? play) === play;
  return record.type !== "link" || record.event === "reset" || (record.dir ?? play) === play;
}

/** A participant hears `rx`, whichever end it stands in for. */
function turned(record: FedRecord, play: Dir): FedRecord {
  if (play === "rx") return record;
  if (record.type === "raw") return { ...record, dir: "rx" };
  return (record.type === "gap" || record.type === "link") && record.dir !== undefined
    ? { ...record, dir: "rx" }
    : record;
}

function isElapsed(value: Json): boolean {
  return typeof value === "object" && value !== null && "type" in value && value.type === "elapsed";
}
