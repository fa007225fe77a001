import type { Position, ReplayRun } from "./replay-run.ts";
import type { ReplayStep } from "./replay-step.ts";

/** The next record, or the subject's next deadline if that comes first; `undefined` at the end. */
export async function oneEvent(run: ReplayRun, signal: AbortSignal): Promise<ReplayStep | undefined> {
  const next = await run.upcoming();
  return next === undefined ? undefined : run.advance({ at: next.at, count: next.type === "record" ? 1 : 0 }, signal);
}

/** Steps on until the run stands where another one stood; how many events that took. */
export async function eventsUntil(run: ReplayRun, there: Position, signal: AbortSignal): Promise<number> {
  for (let count = 0; ; count += 1) {
    const next = await run.upcoming();
    if (next === undefined) return count;
    const { fed } = run.position;
    if (next.type === "record" ? fed >= there.fed : next.at > there.at) return count;
    await oneEvent(run, signal);
  }
}
