import { type Nanos, nanos } from "../time/nanos.ts";
import { AnswerWait } from "./answer-wait.ts";
import type { Divergence } from "./divergence.ts";
import { awaitTurn, type Pace } from "./pace.ts";
import type { ReplayRun } from "./replay-run.ts";
import type { Limit, ReplayStep } from "./replay-step.ts";
import type { SentCheck } from "./sent-check.ts";

/** At full speed: more at once lives longer than the young generation of the heap, and is then copied about. */
const AT_ONCE = 256;

/** A step of a replay, and what it showed of a participant: once there is a divergence, it stays. */
export interface CheckedStep extends ReplayStep {
  readonly divergence?: Divergence;
}

export interface ReplayOptions {
  /** Absent: as fast as the processor goes. */
  readonly pace?: Pace;
  /** One record or deadline a step, for breakpoints; otherwise whatever is at hand and due. */
  readonly single?: boolean;
  /** What a participant sends is held against the tape. Whoever plays the whole tape asks it to `finish` afterwards. */
  readonly sent?: SentCheck;
  /**
   * Policy `wait`: the next bytes of a channel come only after the participant has sent what the tape has before them. If they
   * come later for it, so does everything after them. Beyond so much patience the bytes count as missing, and the replay ends.
   */
  readonly waitMost?: Nanos;
  /** Between steps the run stands where the step ended, for a snapshot; otherwise the next one may be under way by then. */
  readonly stops?: boolean;
}

/**
 * Drives a run to its end. Pace and portions change when the subject is fed, never what it hears or says; only `waitMost`
 * does.
 *
 * @throws FieldtapeError SUBJECT_CRASHED, SUBJECT_HUNG
 */
export async function* replayTape(
  run: ReplayRun,
  options: ReplayOptions,
  signal: AbortSignal,
): AsyncGenerator<CheckedStep, undefined> {
  const { pace, sent, waitMost } = options;
  const wait = sent === undefined || waitMost === undefined ? undefined : new AnswerWait(run, sent, waitMost);
  const single = options.single === true || wait !== undefined;
  const rushed = pace === undefined && !single;
  // A subject in another process gets its batches whole: they were made for it.
  const whole = rushed && run.atOnce !== undefined;
  if (whole && sent === undefined && options.stops !== true) return yield* run.rest(signal);
  const portion: Limit = whole ? {} : { count: AT_ONCE };
  for (;;) {
    signal.throwIfAborted();
    let limit = portion;
    if (!rushed) {
      const next = wait === undefined ? await run.upcoming() : await wait.upcoming();
      if (next === undefined) return;
      if (next.type === "missing") {
        yield nothingBut(run, next.divergence);
        return;
      }
      const now = pace === undefined ? next.at : await awaitTurn(pace, run.position.at, next.at, signal);
      limit = single ? { at: next.at, count: next.type === "record" ? 1 : 0 } : { at: now };
    }
    const step = await run.advance(limit, signal);
    if (step === undefined) return;
    yield sent === undefined ? step : await checked(step, run, sent);
  }
}

async function checked(step: ReplayStep, run: ReplayRun, sent: SentCheck): Promise<CheckedStep> {
  const owed = await sent.expect(await run.takeAnswers());
  const divergence = owed ?? (await sent.take(step.outputs, step.at));
  return divergence === undefined ? step : { ...step, divergence };
}

function nothingBut(run: ReplayRun, divergence: Divergence): CheckedStep {
  return { fed: [], lines: [], outputs: [], at: nanos(Math.max(0, run.position.at)), divergence };
}
