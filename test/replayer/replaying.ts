import { type FeedOptions, feed } from "../../src/replayer/feed.ts";
import { Lateness } from "../../src/replayer/lateness.ts";
import { ReplayRun } from "../../src/replayer/replay-run.ts";
import { type CheckedStep, type ReplayOptions, replayTape } from "../../src/replayer/replay-tape.ts";
import type { Subject } from "../../src/replayer/subject.ts";
import { formatRecord } from "../../src/tape/line.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { nanos, seconds } from "../../src/time/nanos.ts";
import { PlaybackClock } from "../../src/time/playback-clock.ts";
import { turn } from "../../src/time/system-clock.ts";
import { VirtualClock } from "../../src/time/virtual-clock.ts";
import { batchesOf } from "./toy-tape.ts";

export const never = new AbortController().signal;
export const OPEN = { config: {}, channels: [], seed: 0, faults: [], time: "recorded" } as const;

export interface PlayOptions extends ReplayOptions {
  readonly feed?: Partial<FeedOptions>;
  readonly batch?: number;
}

export function runOf(records: readonly TapeRecord[], subject: Subject, options: PlayOptions = {}): Promise<ReplayRun> {
  const fed = feed(batchesOf(records, options.batch), {
    role: subject.role,
    play: "rx",
    time: "recorded",
    drain: seconds(1),
    file: "a.tape.jsonl",
    ...options.feed,
  });
  return ReplayRun.open(fed, subject, OPEN, never);
}

/** All steps of a replay. */
export async function steps(
  records: readonly TapeRecord[],
  subject: Subject,
  options: PlayOptions = {},
): Promise<CheckedStep[]> {
  await using run = await runOf(records, subject, options);
  const all: CheckedStep[] = [];
  for await (const step of replayTape(run, options, never)) all.push(step);
  return all;
}

/** What the subject says, as canonical lines. */
export async function said(
  records: readonly TapeRecord[],
  subject: Subject,
  options: PlayOptions = {},
): Promise<string[]> {
  return (await steps(records, subject, options)).flatMap(({ outputs }) => outputs.map(formatRecord));
}

export interface Paced {
  readonly said: readonly string[];
  readonly steps: readonly CheckedStep[];
  /** When, on the clock of the desk, each step was made. */
  readonly times: readonly number[];
  readonly lateness: Lateness;
}

/** The same on a clock, on which time passes as fast as everybody goes to sleep. */
export async function paced(
  records: readonly TapeRecord[],
  subject: Subject,
  { rate = 1, maxGap, ...options }: PlayOptions & { readonly rate?: number; readonly maxGap?: number } = {},
): Promise<Paced> {
  const steady = new VirtualClock(turn);
  const lateness = new Lateness();
  const clock = new PlaybackClock(steady, { at: nanos(0), rate, running: true });
  const pace = { clock, lateness, ...(maxGap === undefined ? {} : { maxGap: nanos(maxGap) }) };
  const all: CheckedStep[] = [];
  const times: number[] = [];
  let over = false;
  const playing = (async () => {
    await using run = await runOf(records, subject, options);
    for await (const step of replayTape(run, { ...options, pace }, never)) {
      all.push(step);
      times.push(steady.now());
    }
  })().finally(() => {
    over = true;
  });
  while (!over) {
    await turn();
    if (steady.nextWake !== undefined) await steady.advance(steady.nextWake);
  }
  await playing;
  return { said: all.flatMap(({ outputs }) => outputs.map(formatRecord)), steps: all, times, lateness };
}
