import { mkdtemp, open, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../../errors.ts";
import type { Clock } from "../../time/clock.ts";
import { formatDuration } from "../../time/duration.ts";
import { seconds } from "../../time/nanos.ts";
import { amount } from "../record/words.ts";
import { type Finding, note, ok, problem, warning } from "./finding.ts";

const FREE_MIN = 100e6;
const FREE_LITTLE = 1e9;
const WRITES_MAX = 50;
const MEASURED_MAX = seconds(1);
/** A recording syncs once a second: what takes longer than a part of that makes it wait. */
const SYNC_SLOW = seconds(0.1);
const BLOCK = new Uint8Array(64 * 1024);

/** Room and speed of the disk that tapes are written to. */
export async function examineDisk(folder: string, clock: Clock): Promise<readonly Finding[]> {
  return [await room(folder), await speed(folder, clock)];
}

async function room(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const words = `${amount(free)} free in ${folder}`;
  if (free < FREE_MIN) return problem("disk", words, "a recording ends when the disk is full: make room");
  if (free < FREE_LITTLE)
    return warning("disk", words, "for a long recording make room, or use --rotate-size with --keep-last");
  return ok("disk", words);
}

async function speed(folder: string, clock: Clock): Promise<Finding> {
  const about = "disk, syncing";
  let place: string;
  try {
    place = await mkdtemp(join(folder, ".fieldtape-doctor-"));
  } catch {
    return note(about, "not measured: this folder cannot be written to");
  }
  try {
    const spans = await syncs(join(place, "syncs"), clock);
    const middle = spans[Math.floor(spans.length / 2)] ?? 0;
    const longest = spans.at(-1) ?? 0;
    const words = `64 kB safe in ${formatDuration(middle)}, the slowest of ${spans.length} in ${formatDuration(longest)}`;
    if (longest < SYNC_SLOW) return ok(about, words);
    return warning(
      about,
      words,
      "a recording waits for such a disk with what has come in memory: record onto a faster one",
    );
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code === undefined) throw thrown;
    const advice = code === "ENOSPC" || code === "EDQUOT" ? "make room" : "record onto another disk";
    return problem(about, `64 kB cannot be written (${code})`, advice);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** How long each write took until it was safe from a power cut, shortest first. */
async function syncs(path: string, clock: Clock): Promise<number[]> {
  await using file = await open(path, "wx", 0o600);
  const spans: number[] = [];
  for (const began = clock.now(); spans.length < WRITES_MAX && clock.now() - began < MEASURED_MAX; ) {
    const before = clock.now();
    await file.write(BLOCK);
    await file.datasync();
    spans.push(Math.round((clock.now() - before) / 1_000) * 1_000);
  }
  return spans.toSorted((a, b) => a - b);
}
