import { firstHit, type Hit } from "../../replayer/breakpoint.ts";
import type { CuedRun, Seek } from "../../replayer/deck.ts";
import type { Divergence } from "../../replayer/divergence.ts";
import type { Pace } from "../../replayer/pace.ts";
import { type CheckedStep, replayTape } from "../../replayer/replay-tape.ts";
import type { SentCheck } from "../../replayer/sent-check.ts";
import type { ChannelRecord, MarkRecord, TapeRecord } from "../../tape/record.ts";
import { type Nanos, ZERO } from "../../time/nanos.ts";
import type { Session } from "./session.ts";
import { Tally } from "./tally.ts";

/** What one step of a round brings. */
export interface Portion {
  /** Channels that were declared, what came out, and marks of a breakpoint, in order. */
  readonly records: readonly TapeRecord[];
  /** Only what came out. */
  readonly outputs: readonly TapeRecord[];
}

export interface RoundOptions {
  readonly pace: Pace | undefined;
  readonly sent: SentCheck | undefined;
  /** Go on after what is sent has left the tape: whoever writes it down wants all of it. */
  readonly pastDivergence: boolean;
}

/** One time through the tape, or the part of it that is played. */
export class Round {
  readonly tally = new Tally();
  /** Tape time at the end, when what was unfinished had been given its time. */
  at: Nanos = ZERO;
  /** Tape time of the last record that was played. */
  playedTo: Nanos = ZERO;
  /** Why the tape says it ended; `undefined`: it was left before. */
  reason: string | undefined;
  /** Where a breakpoint ended it. */
  hit: Hit | undefined;
  /** Where what was sent left the tape. */
  divergence: Divergence | undefined;
  seek: Seek | undefined;
  readonly #session: Session;
  readonly #options: RoundOptions;

  constructor(session: Session, options: RoundOptions) {
    this.#session = session;
    this.#options = options;
  }

  async *portions(signal: AbortSignal): AsyncGenerator<Portion, undefined> {
    const { plan, part } = this.#session;
    const { pace, sent } = this.#options;
    const cued = await this.#cue(signal);
    await using run = cued.run;
    pace?.clock.seek(part.from?.at ?? ZERO);
    const wait = plan.policy.type === "wait" ? { waitMost: plan.policy.patience } : {};
    const options = {
      single: plan.breakpoint !== undefined,
      stops: cued.taker !== undefined,
      ...(pace === undefined ? {} : { pace }),
      ...(sent === undefined ? {} : { sent, ...wait }),
    };
    if (cued.channels.length > 0) yield { records: cued.channels, outputs: [] };
    for await (const step of replayTape(run, options, signal)) {
      yield this.#portion(step, run.position.line);
      cued.board.take(step.outputs);
      await cued.taker?.after(run, cued.board);
      if (this.hit !== undefined || (this.divergence !== undefined && !this.#options.pastDivergence)) return;
    }
    if (part.until === undefined) this.divergence ??= await sent?.finish();
  }

  #endOfTape(fed: CheckedStep["fed"]): Nanos {
    const own = this.#session.tape.facts().end?.at;
    return own ?? fed.at(-2)?.at ?? this.playedTo;
  }

  /** What is sent is held against the tape from its beginning, also where only the rest is shown: then nothing is skipped. */
  #cue(signal: AbortSignal): Promise<CuedRun> {
    const { deck, part } = this.#session;
    if (part.from === undefined || this.#options.sent !== undefined) return deck.begin(signal);
    return deck.cue(part.from.cue, signal).then((cued) => {
      this.seek = cued.seek;
      return cued;
    });
  }

  #portion(step: CheckedStep, line: number): Portion {
    const { plan, part } = this.#session;
    const from = this.seek === undefined ? part.from?.at : undefined;
    const { breakpoint } = plan;
    this.at = step.at;
    this.tally.fed += step.fed.length;
    this.divergence ??= step.divergence;
    const last = step.fed.at(-1);
    if (last?.type === "end") this.reason = last.reason;
    // The end that is fed comes later than the tape's own: what is unfinished is given its time.
    if (last !== undefined) this.playedTo = last.type === "end" ? this.#endOfTape(step.fed) : last.at;
    let outputs = from === undefined ? step.outputs : step.outputs.filter((output) => atOf(output) >= from);
    const others: (ChannelRecord | MarkRecord)[] = [];
    for (const record of step.fed) if (record.type === "channel") others.push(record);
    const passed = breakpoint === undefined || step.at < (from ?? 0);
    const hit = passed ? undefined : firstHit({ ...step, outputs }, line, breakpoint.predicate);
    if (hit !== undefined && breakpoint !== undefined) {
      if (breakpoint.action === "mark") others.push({ type: "mark", at: hit.at, label: `break: ${breakpoint.text}` });
      else {
        this.hit = hit;
        outputs = outputs.slice(0, hit.said);
      }
    }
    this.tally.take(outputs);
    return { records: others.length === 0 ? outputs : merged(others, outputs), outputs };
  }
}

const atOf = (record: TapeRecord): Nanos => (record.type === "header" ? ZERO : record.at);

/** By time. At equal times a channel comes before what is said on it, a mark behind what it marks. */
function merged(others: readonly (ChannelRecord | MarkRecord)[], outputs: readonly TapeRecord[]): TapeRecord[] {
  const records: TapeRecord[] = [];
  let next = 0;
  for (const other of others) {
    const passes = (at: Nanos): boolean => (other.type === "mark" ? at <= other.at : at < other.at);
    for (; next < outputs.length; next += 1) {
      const output = outputs[next];
      if (output === undefined || !passes(atOf(output))) break;
      records.push(output);
    }
    records.push(other);
  }
  return [...records, ...outputs.slice(next)];
}
