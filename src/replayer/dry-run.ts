import type { RecordBatch, TapeRecord } from "../tape/record.ts";
import { type Survey, Surveyor } from "../tape/survey.ts";
import { formatDuration } from "../time/duration.ts";
import { NANOS_PER_SECOND, type Nanos, nanos, ZERO } from "../time/nanos.ts";

export interface DryRunOptions {
  /** Silence longer than this is odd. */
  readonly longSilence: Nanos;
  /** For how long it would play. */
  readonly rate: number | undefined;
  readonly maxGap: Nanos | undefined;
  readonly drain: Nanos;
  /** It stops before the tape's end: then nothing drains. */
  readonly cut: boolean;
  /** It begins here. */
  readonly from: Nanos | undefined;
}

/** What would be played, without playing it. Plain JSON. */
export interface DryRun {
  readonly records: number;
  /** Tape time from where it begins to the end of the run, drain included. */
  readonly duration: Nanos;
  /** Time at the desk at the given speed; absent at full speed. */
  readonly playing?: Nanos;
  readonly survey: Survey;
  /** What a person should know before, as sentences. */
  readonly oddities: readonly string[];
}

export const LONG_SILENCE = nanos(60 * NANOS_PER_SECOND);

/** Counts what would be played and looks for what is odd about it. */
export async function dryRun(batches: AsyncIterable<RecordBatch>, options: DryRunOptions): Promise<DryRun> {
  const surveyor = new Surveyor();
  const watch = new Watch(options);
  for await (const { firstLine, records } of batches) {
    let line = firstLine;
    for (const record of records) {
      surveyor.take(record, line);
      if (record.type !== "header") watch.take(record, line);
      line += 1;
    }
  }
  const survey = surveyor.survey();
  const duration = watch.finish(survey.end?.at);
  const { rate } = options;
  return {
    records: Object.values(survey.types).reduce((sum, count) => sum + count, 0),
    duration,
    ...(rate === undefined ? {} : { playing: nanos(Math.round(watch.waited / rate)) }),
    survey,
    oddities: [...watch.oddities(), ...surveyed(survey, options)],
  };
}

class Watch {
  /** Tape time that is waited for, long silences shortened. */
  waited = 0;
  readonly #options: DryRunOptions;
  #last: Nanos = ZERO;
  #lastInput: Nanos = ZERO;
  #first: Nanos | undefined;
  #equal = 0;
  #silences = 0;
  #longest: { readonly span: number; readonly line: number } = { span: 0, line: 0 };

  constructor(options: DryRunOptions) {
    this.#options = options;
    this.#last = options.from ?? ZERO;
    this.#lastInput = this.#last;
  }

  take(record: Exclude<TapeRecord, { type: "header" }>, line: number): void {
    if (record.type === "block" || record.type === "end") return;
    if (record.type !== "channel" && record.type !== "mark") this.#input(record.at, line);
    this.#pass(record.at);
  }

  /** @returns the tape time at which the run ends */
  finish(end: Nanos | undefined): Nanos {
    const { cut, drain } = this.#options;
    const over = cut ? this.#last : nanos(Math.max(end ?? ZERO, this.#lastInput + drain));
    this.#pass(over);
    return nanos(Math.max(0, over - (this.#options.from ?? ZERO)));
  }

  oddities(): readonly string[] {
    const odd: string[] = [];
    const { longSilence } = this.#options;
    if (this.#first === undefined) odd.push("nothing happens on it");
    else if (this.#first > longSilence) odd.push(`the first event comes after ${formatDuration(this.#first)}`);
    if (this.#silences > 0) {
      const { span, line } = this.#longest;
      odd.push(
        `${this.#silences} silences longer than ${formatDuration(longSilence)}, the longest ${formatDuration(span)} before line ${line}: --max-gap shortens them`,
      );
    }
    if (this.#equal > 0) odd.push(`${this.#equal} records have the same time as the one before them`);
    return odd;
  }

  #input(at: Nanos, line: number): void {
    const silence = at - this.#lastInput;
    this.#lastInput = at;
    if (this.#first === undefined) {
      this.#first = nanos(Math.max(0, silence));
      return;
    }
    if (silence === 0) this.#equal += 1;
    if (silence > this.#options.longSilence) this.#silences += 1;
    if (silence > this.#longest.span) this.#longest = { span: silence, line };
  }

  #pass(at: Nanos): void {
    this.waited += Math.min(Math.max(0, at - this.#last), this.#options.maxGap ?? Number.POSITIVE_INFINITY);
    this.#last = nanos(Math.max(at, this.#last));
  }
}

function surveyed({ header, end, gaps, steps, types, channels }: Survey, { cut }: DryRunOptions): readonly string[] {
  const odd: string[] = [];
  if (header === undefined) odd.push("it has no header: a golden or a fragment");
  if (end === undefined && !cut) odd.push("it has no end: it was not closed cleanly");
  if (gaps.count > 0)
    odd.push(
      `${gaps.count} gaps${gaps.bytes > 0 ? ` of ${gaps.bytes} bytes that are known` : ""} (${causes(gaps.causes)})`,
    );
  if (steps > 0) odd.push(`the date jumped ${steps} times while it was recorded`);
  const unknown = types["unknown"] ?? 0;
  if (unknown > 0) odd.push(`${unknown} records of a type that this version does not know`);
  if ((types["raw"] ?? 0) > 0 && channels.length === 0) odd.push("its bytes are on channels that are not declared");
  return odd;
}

function causes(counts: Survey["gaps"]["causes"]): string {
  return Object.entries(counts)
    .map(([cause, count]) => `${count} ${cause}`)
    .join(", ");
}
