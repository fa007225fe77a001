import type { Json } from "../bytes/json.ts";
import type { EndRecord, OutputRecord, RawRecord, TapeRecord } from "../tape/record.ts";
import { type Nanos, ZERO } from "../time/nanos.ts";
import { type Divergence, jsonDifference, type Path } from "./divergence.ts";
import type { Placed } from "./placed.ts";
import type { SentCheck } from "./sent-check.ts";
import type { Subject, SubjectRun } from "./subject.ts";

export interface SentFramesOptions {
  /** An observer that makes frames of what was recorded and of what is sent. */
  readonly framer: Subject;
  readonly config: Json;
  /** Members of a frame's value that must be alike, `a.b` for one inside another. */
  readonly fields: readonly string[];
}

/** Frames that one side has and the other has not matched yet; beyond so many the participant has lost its way. */
const AHEAD_MAX = 100_000;

interface Frames {
  readonly recorded: Placed<OutputRecord>[];
  readonly sent: OutputRecord[];
}

/**
 * Policy `match`: compares what a participant sends with what was recorded frame by frame, and only in declared fields:
 * counters, times and transaction numbers may differ. A fault is compared like a frame.
 */
export class SentFrames implements SentCheck {
  readonly #paths: readonly (readonly string[])[];
  readonly #recorded: SubjectRun;
  readonly #sent: SubjectRun;
  readonly #channels = new Map<number, Frames>();
  readonly #signal: AbortSignal;
  #lastAt: Nanos = ZERO;
  #lastLine = 0;
  #divergence: Divergence | undefined;

  private constructor(fields: readonly string[], recorded: SubjectRun, sent: SubjectRun, signal: AbortSignal) {
    this.#paths = [["type"], ...fields.map((field) => field.split("."))];
    this.#recorded = recorded;
    this.#sent = sent;
    this.#signal = signal;
  }

  static async open({ framer, config, fields }: SentFramesOptions, signal: AbortSignal): Promise<SentFrames> {
    const options = { config, channels: [], seed: 0, faults: [] };
    return new SentFrames(fields, await framer.open(options), await framer.open(options), signal);
  }

  async expect(recorded: readonly Placed<RawRecord>[]): Promise<Divergence | undefined> {
    for (const { line, record } of recorded) {
      this.#lastLine = line;
      await this.#hear(this.#recorded, [{ ...record, dir: "tx" }], record.at);
    }
    return this.#divergence;
  }

  async take(outputs: readonly TapeRecord[], until: Nanos): Promise<Divergence | undefined> {
    const sent = outputs.filter((record) => record.type === "raw");
    if (sent.length > 0) await this.#hear(this.#sent, sent, until);
    return this.#divergence;
  }

  async finish(): Promise<Divergence | undefined> {
    const end: EndRecord = { type: "end", at: this.#lastAt, records: 0, reason: "replayed" };
    await this.#hear(this.#recorded, [end], end.at);
    await this.#hear(this.#sent, [end], end.at);
    for (const { recorded, sent } of this.#channels.values()) {
      const [expected] = recorded;
      const [actual] = sent;
      if (expected !== undefined) this.#divergence ??= { type: "missing", expected };
      else if (actual !== undefined) this.#divergence ??= { type: "unexpected", actual };
    }
    return this.#divergence;
  }

  owes(channel: number): boolean {
    return (this.#channels.get(channel)?.recorded.length ?? 0) > 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#recorded[Symbol.asyncDispose]();
    await this.#sent[Symbol.asyncDispose]();
  }

  async #hear(run: SubjectRun, records: readonly TapeRecord[], until: Nanos): Promise<void> {
    if (this.#divergence !== undefined) return;
    if (until > this.#lastAt) this.#lastAt = until;
    const { outputs } = await run.advance(records, until, this.#signal);
    for (const output of outputs) {
      if (output.type !== "output" || output.channel === undefined) continue;
      const frames = this.#framesOf(output.channel);
      if (run === this.#recorded) frames.recorded.push({ line: this.#lastLine, record: output });
      else frames.sent.push(output);
      this.#match(frames);
    }
  }

  #framesOf(channel: number): Frames {
    const frames = this.#channels.get(channel) ?? { recorded: [], sent: [] };
    this.#channels.set(channel, frames);
    return frames;
  }

  #match({ recorded, sent }: Frames): void {
    while (this.#divergence === undefined) {
      const [expected] = recorded;
      const [actual] = sent;
      if (expected === undefined || actual === undefined) break;
      const path = this.#difference(expected.record.value, actual.value);
      if (path !== undefined) this.#divergence = { type: "different", path: ["value", ...path], expected, actual };
      recorded.shift();
      sent.shift();
    }
    const [expected] = recorded;
    if (expected !== undefined && recorded.length > AHEAD_MAX) this.#divergence ??= { type: "missing", expected };
    const [actual] = sent;
    if (actual !== undefined && sent.length > AHEAD_MAX) this.#divergence ??= { type: "unexpected", actual };
  }

  #difference(expected: Json, actual: Json): Path | undefined {
    for (const path of this.#paths) {
      const inside = jsonDifference(at(expected, path), at(actual, path));
      if (inside !== undefined) return [...path, ...inside];
    }
    return undefined;
  }
}

function at(value: Json, path: readonly string[]): Json | undefined {
  let found: Json | undefined = value;
  for (const step of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, step)) return undefined;
    found = Reflect.get(found, step);
  }
  return found;
}
