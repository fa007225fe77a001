import type { RecordingSession } from "../../recorder/record.ts";
import type { Clock } from "../../time/clock.ts";
import { plus, seconds } from "../../time/nanos.ts";
import type { RunLog } from "../log/run-log.ts";

const LOOK_EVERY = seconds(10);

/** Logs, until it is over, that more was lost since the last look. The tape has each loss in its place. */
export async function logLosses(
  session: RecordingSession,
  log: RunLog,
  clock: Clock,
  over: AbortSignal,
): Promise<void> {
  let known = 0;
  while (!over.aborted) {
    await clock.sleepUntil(plus(clock.now(), LOOK_EVERY), over).catch(() => undefined);
    const { at, rx, tx, waiting } = session.status();
    if (rx.gaps + tx.gaps > known) log.warn("losses", { at, rx: { ...rx }, tx: { ...tx }, waiting });
    known = rx.gaps + tx.gaps;
  }
}
