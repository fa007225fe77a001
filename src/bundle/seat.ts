import type { Json } from "../bytes/json.ts";
import { type ErrorCode, FieldtapeError } from "../errors.ts";
import { crashSite } from "../replayer/crash-site.ts";
import { Deck } from "../replayer/deck.ts";
import type { ReplayStep } from "../replayer/replay-step.ts";
import { replayTape } from "../replayer/replay-tape.ts";
import type { Subject } from "../replayer/subject.ts";
import type { TapeReader } from "../tape/reader.ts";
import type { Clock } from "../time/clock.ts";
import { seconds } from "../time/nanos.ts";

/** A subject that tapes of a bundle are played into, with its settings. */
export interface Seat {
  readonly subject: Subject;
  readonly config: Json;
  readonly seed: number;
  /** Which machines hear what the tape says they were told. */
  recorded(tape: string): Promise<readonly string[]>;
}

/** So long time goes on after the last record, there as here. */
const DRAIN = seconds(1);

/**
 * Plays a tape into the subject, as fast as it goes, in virtual time.
 *
 * @throws FieldtapeError SUBJECT_CRASHED, SUBJECT_HUNG naming the record where that is known; what reading throws
 */
export async function* playTape(
  tape: TapeReader,
  { subject, config, seed, recorded }: Seat,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): AsyncGenerator<ReplayStep> {
  const deck = new Deck({
    tape,
    subject,
    open: { config, seed, faults: [], time: "recorded", recorded: await recorded(tape.path) },
    feed: { play: "rx", time: "recorded", drain: DRAIN },
    clock,
    verify: false,
  });
  try {
    const { run } = await deck.begin(signal);
    await using going = run;
    yield* replayTape(going, {}, signal);
  } catch (thrown) {
    throw await crashSite(deck, thrown, signal);
  }
}

/** Whether it is the subject that failed. */
export function isFailure(thrown: unknown): thrown is FieldtapeError {
  if (!(thrown instanceof FieldtapeError)) return false;
  return thrown.code === "SUBJECT_CRASHED" || thrown.code === "SUBJECT_HUNG";
}

const UNPLAYABLE: ReadonlySet<ErrorCode> = new Set([
  "TAPE_MALFORMED",
  "TAPE_UNSUPPORTED",
  "LIMIT_EXCEEDED",
  "INPUT_MALFORMED",
  "OPTIONS_INVALID",
  "CONFIG_INVALID",
  "SUBJECT_UNKNOWN",
]);

/** Whether it is the tape that cannot be played, or not into this subject. */
export function isUnplayable(thrown: unknown): thrown is FieldtapeError {
  return thrown instanceof FieldtapeError && UNPLAYABLE.has(thrown.code);
}
