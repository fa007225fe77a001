import { formatDuration } from "../../time/duration.ts";
import { plus, seconds } from "../../time/nanos.ts";
import type { World } from "../wiring.ts";
import { type Finding, note, ok, warning } from "./finding.ts";
import { outputOf } from "./run-program.ts";

const SAMPLES = 5_000;
const WATCHED = seconds(0.25);
/** Above what a date in milliseconds and a late timer can explain. */
const STEP_MIN = 20_000_000n;
/** A tape's times are nanoseconds; what is coarser than this shows between two reads. */
const RESOLUTION_COARSE = 100_000;

/** Whether the machine's date can be believed, and how finely it counts. */
export async function examineClocks(world: World, signal: AbortSignal): Promise<readonly Finding[]> {
  return [resolution(world), await steps(world, signal), synchronised(await outputOf("timedatectl", "show"))];
}

function resolution({ clock }: World): Finding {
  let least = Number.MAX_SAFE_INTEGER;
  for (let sample = 0, before = clock.now(); sample < SAMPLES; sample += 1) {
    const now = clock.now();
    if (now > before) least = Math.min(least, now - before);
    before = now;
  }
  const words = `time is told apart by ${formatDuration(least)}`;
  if (least <= RESOLUTION_COARSE) return ok("clock", words);
  return warning(
    "clock",
    words,
    "arrivals that are closer get the same time; on a virtual machine, choose another clock source",
  );
}

/** The date against time that never steps. */
async function steps({ clock, wall }: World, signal: AbortSignal): Promise<Finding> {
  const [began, dated] = [clock.now(), wall.wallNow()];
  await clock.sleepUntil(plus(began, WATCHED), signal);
  const step = wall.wallNow() - dated - BigInt(clock.now() - began);
  if (step < STEP_MIN && step > -STEP_MIN)
    return ok("date", `keeps step with the clock over ${formatDuration(WATCHED)}`);
  return warning(
    "date",
    `stepped by ${formatDuration(Number(step))} within ${formatDuration(WATCHED)}`,
    "tapes note such a step and keep their own time; find out who sets the date",
  );
}

/** Of the properties that `timedatectl show` prints. */
export function synchronised(properties: string | undefined): Finding {
  const about = "date, synchronised";
  const value = properties?.match(/^NTPSynchronized=(yes|no)$/m)?.[1];
  if (value === "yes") return ok(about, "by NTP");
  if (value === undefined) return note(about, "this system does not tell");
  return warning(
    about,
    "not by NTP",
    "tapes of several machines cannot be laid side by side: timedatectl set-ntp true",
  );
}
