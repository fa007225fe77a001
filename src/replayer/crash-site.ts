import { FieldtapeError } from "../errors.ts";
import type { Deck } from "./deck.ts";
import { oneEvent } from "./single-step.ts";

/** A batch of a reader has fewer records than this. */
const EVENTS_MAX = 200_000;

/**
 * A subject that crashed or hung while it was fed many records at once: plays up to them again and steps through them, to name the
 * record that does it. Where that does not succeed (a pipe, a subject that crashes by chance) the answer is what was thrown.
 */
export async function crashSite(deck: Deck, thrown: unknown, signal: AbortSignal): Promise<unknown> {
  if (!isSubjectFailure(thrown) || thrown.line === undefined) return thrown;
  try {
    const { run } = await deck.cue({ line: thrown.line }, signal);
    await using stepped = run;
    for (let left = EVENTS_MAX; left > 0; left -= 1) {
      if ((await oneEvent(stepped, signal)) === undefined) break;
    }
    return thrown;
  } catch (again) {
    // One that floods its log until it is taken for hung may be stopped for the flood when it has all the time.
    return isSubjectFailure(again) ? again : thrown;
  }
}

/** Whether it is the subject that failed, rather than what is around it. */
export function isSubjectFailure(thrown: unknown): thrown is FieldtapeError {
  return thrown instanceof FieldtapeError && (thrown.code === "SUBJECT_CRASHED" || thrown.code === "SUBJECT_HUNG");
}
