import { stat } from "node:fs/promises";
import type { Json, JsonObject } from "../../bytes/json.ts";
import { FieldtapeError } from "../../errors.ts";
import { type Cue, Deck } from "../../replayer/deck.ts";
import type { FeedOptions } from "../../replayer/feed.ts";
import { SessionShelf } from "../../replayer/session-shelf.ts";
import { type Shelf, SnapshotShelf } from "../../replayer/snapshot-shelf.ts";
import { findPlace } from "../../tape/find-place.ts";
import type { Position } from "../../tape/position.ts";
import { targetOf } from "../../tape/position-target.ts";
import { openTape, type TapeReader } from "../../tape/reader.ts";
import type { Clock } from "../../time/clock.ts";
import { type Nanos, ZERO } from "../../time/nanos.ts";
import { builtIn } from "../built-in-subjects.ts";
import { candidates } from "../candidates.ts";
import type { LoadedConfig } from "../config/config-file.ts";
import { parseOptionsFlag } from "../options-flag.ts";
import { type ResolvedSubject, resolveSubject } from "../subjects.ts";
import { codeDigest } from "./code-digest.ts";
import { codeStamp } from "./code-stamp.ts";
import type { ReplayPlan } from "./plan.ts";
import { recordedMachines } from "./recorded-machines.ts";

/** The part of the tape that is played. */
export interface Part {
  readonly from: { readonly cue: Cue; readonly at: Nanos } | undefined;
  readonly until: { readonly at: Nanos; readonly line?: number } | undefined;
}

/** Everything that is opened for a replay into a subject. */
export interface Session extends AsyncDisposable {
  readonly plan: ReplayPlan;
  readonly tape: TapeReader;
  readonly subject: ResolvedSubject;
  readonly deck: Deck;
  readonly part: Part;
}

/** @throws FieldtapeError of whatever is wrong with the tape, the positions, the subject or its options */
export async function openSession(
  plan: ReplayPlan,
  config: LoadedConfig,
  clock: Clock,
  signal: AbortSignal,
): Promise<Session> {
  const tape = await openTape(plan.tape);
  try {
    const subject = await subjectOf(plan, config, signal);
    const part = await partOf(plan, signal);
    const feed = feedOf(plan, part);
    const shelf = await shelfOf(plan, subject, config, feed);
    const recorded = await recordedOf(plan, subject, config, signal);
    const deck = new Deck({
      tape,
      subject: subject.subject,
      open: { config: subject.config, seed: plan.seed, faults: [], time: plan.time, recorded },
      feed,
      clock,
      verify: true,
      ...(shelf === undefined ? {} : { shelf }),
    });
    return { plan, tape, subject, deck, part, [Symbol.asyncDispose]: () => tape[Symbol.asyncDispose]() };
  } catch (thrown) {
    await tape[Symbol.asyncDispose]();
    throw thrown;
  }
}

/** @throws FieldtapeError SUBJECT_UNKNOWN, also where none is named, then with what decodes the tape's beginning */
async function subjectOf(plan: ReplayPlan, config: LoadedConfig, signal: AbortSignal): Promise<ResolvedSubject> {
  const name = plan.subject ?? config.config.subject;
  const options = plan.options === undefined ? undefined : await parseOptionsFlag(plan.options);
  if (name !== undefined) return resolveSubject(name, options, config);
  const found = (await isFile(plan.tape)) ? await candidates(plan.tape, signal) : [];
  const told = found.map((one) => `--subject ${one.name}: ${one.frames} frames, ${one.faults} faults`);
  throw new FieldtapeError("SUBJECT_UNKNOWN", "which subject? none is named, here or in the configuration", {
    hint:
      told.length === 0
        ? "none of the built-in framers finds a frame in the first 64 KiB: one of your own, or length-prefixed with --options"
        : `these find frames in the first 64 KiB:\n    ${told.join("\n    ")}`,
  });
}

/** A pipe or a terminal can be read once only. */
export async function isFile(path: string): Promise<boolean> {
  return (await stat(path)).isFile();
}

export async function partOf({ tape, from, until }: ReplayPlan, signal: AbortSignal): Promise<Part> {
  const sought = [from, until].some((position) => position !== undefined && position.type !== "at");
  if (sought && !(await isFile(tape)))
    throw new FieldtapeError("USAGE", `${tape} can be read once only: say --from and --until as times like 12.5s`);
  const begin = from === undefined ? undefined : await cueOf(tape, from, signal);
  if (until === undefined) return { from: begin, until: undefined };
  return { from: begin, until: await stopOf(tape, until, begin?.at, signal) };
}

export async function cueOf(tape: string, from: Position, signal: AbortSignal): Promise<NonNullable<Part["from"]>> {
  const target = await targetOf(tape, from, { signal });
  if (target.type === "at") return { cue: { at: target.at }, at: target.at };
  const { at } = await findPlace(tape, target, { signal });
  if (at === undefined && target.line > 1) throw beyond(tape, target.line);
  return { cue: { line: target.line }, at: at ?? ZERO };
}

async function stopOf(
  tape: string,
  until: Position,
  base: Nanos | undefined,
  signal: AbortSignal,
): Promise<Part["until"]> {
  const target = await targetOf(tape, until, { signal, ...(base === undefined ? {} : { base }) });
  if (base !== undefined && target.type === "at" && target.at < base)
    throw new FieldtapeError("USAGE", "--until lies before --from", { file: tape });
  if (target.type === "at") return { at: target.at };
  const { at } = await findPlace(tape, target, { signal });
  if (at === undefined) throw beyond(tape, target.line);
  return { at, line: target.line };
}

function beyond(tape: string, line: number): FieldtapeError {
  return new FieldtapeError("INPUT_MISSING", `there is no line ${line}: the tape is over before it`, { file: tape });
}

export function feedOf(plan: ReplayPlan, { until }: Part): Omit<FeedOptions, "role" | "from" | "file"> {
  const { play, time, drain, channels, dir, rechunk } = plan;
  return {
    play,
    time,
    drain,
    ...(channels === undefined ? {} : { channels }),
    ...(dir === undefined ? {} : { dir }),
    ...(rechunk === undefined ? {} : { rechunking: rechunk.rechunking }),
    ...(until === undefined ? {} : { until }),
  };
}

/** What of the plan decides what comes out, besides the tape: for the identity of what is derived or kept. */
export function identityOf(plan: ReplayPlan, subject: { readonly name: string; readonly config: Json }): JsonObject {
  const { play, time, drain, channels, dir, rechunk, seed, from, until } = plan;
  return {
    subject: subject.name,
    config: subject.config,
    seed,
    play,
    time,
    drain,
    channels: channels ?? null,
    dir: dir ?? null,
    rechunk: rechunk?.text ?? null,
    from: positionText(from),
    until: positionText(until),
  };
}

function positionText(position: Position | undefined): string | null {
  if (position === undefined) return null;
  return JSON.stringify(position, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}

/** Which machines hear what the tape says they were told. A framer is told nothing but bytes. */
async function recordedOf(
  plan: ReplayPlan,
  { subject }: ResolvedSubject,
  { config }: LoadedConfig,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const named = config.subjects?.[subject.name];
  const frames = builtIn(named !== undefined && "subject" in named ? named.subject : subject.name)?.frames === true;
  if (frames || !(await isFile(plan.tape))) return [];
  return recordedMachines(plan.tape, signal);
}

/**
 * Where snapshots are kept, if they may be: not of a participant, whose conversation is held against the tape from its
 * beginning; not of reads that are cut anew; of a module or a program, whose code nobody can tell from what it was, only while a person plays.
 */
async function shelfOf(
  plan: ReplayPlan,
  { subject, config }: ResolvedSubject,
  loaded: LoadedConfig,
  feed: Omit<FeedOptions, "role" | "from" | "file">,
): Promise<Shelf | undefined> {
  if (!plan.snapshots || plan.rechunk !== undefined || subject.role === "participant") return undefined;
  const named = loaded.config.subjects?.[subject.name];
  if (named !== undefined && !("subject" in named)) {
    const seeks = plan.look === "step" || plan.look === "ui";
    if (!seeks || !(await isFile(plan.tape))) return undefined;
    return new SessionShelf(codeStamp(named, loaded), { changed: () => subject.renew?.() });
  }
  const code = await codeDigest();
  if (code === undefined) return undefined;
  const { play, time, channels, dir } = feed;
  const part = { play, time, channels: channels ?? null, dir: dir ?? null };
  return SnapshotShelf.open(plan.tape, { subject: subject.name, config, code, seed: plan.seed, feed: part });
}
