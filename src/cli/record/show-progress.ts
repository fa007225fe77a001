import process from "node:process";
import type { RecordingSession } from "../../recorder/record.ts";
import { RateMeter } from "../../recorder/status.ts";
import type { Clock } from "../../time/clock.ts";
import { type Nanos, plus, seconds } from "../../time/nanos.ts";
import { progress } from "./words.ts";

const SHOW_EVERY = seconds(0.5);
const SAY_EVERY = seconds(10);

/** One line that is written over at a terminal; elsewhere a line now and then. */
export async function showProgress(session: RecordingSession, clock: Clock, over: AbortSignal): Promise<void> {
  const { stderr } = process;
  const meter = new RateMeter();
  const look = (): string => {
    const status = session.status();
    return progress(status, meter.next(status));
  };
  while (await slept(clock, stderr.isTTY ? SHOW_EVERY : SAY_EVERY, over)) {
    if (stderr.isTTY) stderr.write(`\r\u001b[K${look().slice(0, (stderr.columns || 80) - 1)}`);
    else stderr.write(`${look()}\n`);
  }
  if (stderr.isTTY) stderr.write("\r\u001b[K");
}

async function slept(clock: Clock, span: Nanos, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleepUntil(plus(clock.now(), span), signal);
    return true;
  } catch {
    return false;
  }
}
