import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import { FieldtapeError } from "../../errors.ts";
import { openTape } from "../../tape/reader.ts";
import { TAPE_FILES } from "../case-folder.ts";
import { loadScenario } from "../scenario.ts";
import { type Candidate, declaring, isKept, type KeptRecord } from "./candidate.ts";
import { type Cause, type FoundCause, findCause } from "./cause.ts";
import { frameView } from "./frame-view.ts";
import { type CaseSettings, removeMinimisedCase, writeMinimisedCase } from "./minimised-case.ts";
import type { Seating } from "./player.ts";
import { type Shrunk, shrink } from "./shrink.ts";
import { Trials } from "./trials.ts";
import { VerdictFile } from "./verdicts.ts";

/** Candidates are held in memory. */
const RECORDS_MAX = 1_000_000;

export interface MinimiseOptions {
  /** The case's name, or the tape's: what the smaller one says it comes from. */
  readonly parent: string;
  readonly tape: string;
  readonly settings: CaseSettings;
  readonly seating: Seating;
  readonly cause: Cause;
  /** A part of the signature that is meant, where there are several. */
  readonly wanted?: string | undefined;
  /** The folder of the new scenario. */
  readonly out: string;
  readonly force: boolean;
  readonly resume: boolean;
  /** What else the verdicts depend on: the build of fieldtape. */
  readonly build: string;
  /** Whether, after so many runs, no more is to be tried. */
  readonly spent: (runs: number) => boolean;
  readonly signal: AbortSignal;
  /** Hears what must stay, once it is known. */
  readonly onFound: (signature: string, size: Size) => void;
  /** Hears of each smaller tape that still shows it. */
  readonly onSmaller: (size: Size, runs: number) => void;
}

/** How large a tape is; `bytes`: those of its reads. */
export interface Size {
  readonly records: number;
  readonly bytes: number;
  readonly faults: number;
}

export interface Minimised {
  /** The folder of the new scenario. */
  readonly out: string;
  readonly signature: string;
  readonly before: Size;
  readonly after: Size;
  /** Candidates that were played. */
  readonly runs: number;
  /** Absent: it is 1-minimal. */
  readonly over?: Shrunk["over"];
}

/**
 * Makes the tape of a case as small as can be while it goes on showing one and the same thing, and writes what is left as a new scenario,
 * after proof that it still shows it as it stands on disk.
 *
 * @throws FieldtapeError INCOMPLETE when nothing is wrong that could be kept, OUTPUT_EXISTS, LIMIT_EXCEEDED for a tape that is too large;
 *   what reading, writing and the subject's opening throw
 */
export async function minimise(options: MinimiseOptions): Promise<Minimised> {
  const { seating, settings, tape, signal } = options;
  refuseExisting(options);
  const candidate: Candidate = { records: await readRecords(tape), faults: settings.faults };
  const { expect: expectations, relations: without } = settings;
  const { cause, wanted } = options;
  const found = await findCause({ candidate, seating, expectations, without, cause, wanted }, signal);
  options.onFound(found.signature, sizeOf(candidate));
  const sha256 = await digestOf(tape);
  const identity = identityOf(options, found, sha256);
  using verdicts = VerdictFile.open(`${options.out}.minimise`, identity, options);
  const { shrunk, runs } = await search(candidate, found, options, verdicts);
  await write(shrunk, found, options, sha256);
  if (shrunk.over === undefined) verdicts.remove();
  const { over } = shrunk;
  const sizes = { before: sizeOf(candidate), after: sizeOf(shrunk.candidate) };
  return { out: options.out, signature: found.signature, ...sizes, runs, ...(over === undefined ? {} : { over }) };
}

function refuseExisting({ out: file, force, resume }: MinimiseOptions): void {
  if (!existsSync(file) || force || resume) return;
  throw new FieldtapeError("OUTPUT_EXISTS", "is there already", { file, hint: "--force writes over it" });
}

async function search(
  candidate: Candidate,
  { symptoms, signature }: FoundCause,
  { seating, spent, signal, onSmaller }: MinimiseOptions,
  verdicts: VerdictFile,
): Promise<{ shrunk: Shrunk; runs: number }> {
  const trials = new Trials({
    symptoms,
    signature,
    verdicts,
    spent,
    signal,
    onSmaller: (smaller, runs) => onSmaller(sizeOf(smaller), runs),
  });
  const { subject, config, settings } = seating;
  // For its encoder alone: it hears nothing.
  await using run = await subject.open({ config, channels: [], seed: settings.seed, faults: [] });
  const shrunk = await shrink(candidate, frameView(seating, run, signal), trials);
  return { shrunk, runs: trials.runs };
}

async function write(shrunk: Shrunk, found: FoundCause, options: MinimiseOptions, sha256: string): Promise<void> {
  const { out, settings, parent, tape } = options;
  const words = wordsOf(shrunk);
  const lineage = { parent, tape, sha256, settings, found, words };
  await writeMinimisedCase(out, shrunk.candidate, lineage, { force: options.force || options.resume });
  // It must be shown to the end, even after a Ctrl-C.
  const patient = new AbortController().signal;
  const scenario = await loadScenario(out, out);
  const written = { records: await readRecords(join(out, TAPE_FILES[0])), faults: scenario.settings.faults };
  for await (const signature of found.symptoms(written, patient)) if (signature === found.signature) return;
  await removeMinimisedCase(out);
  throw new FieldtapeError("INCOMPLETE", "what was left does not show it when it is read again; nothing was written", {
    file: out,
    hint: "the subject may not say the same twice: fieldtape replay --twice; or it has changed since: leave out --resume",
  });
}

/** Whether it is 1-minimal, as its scenario says it. */
function wordsOf({ over }: Shrunk): string {
  if (over === undefined) return "1-minimal: nothing in it can be left out alone";
  return over === "budget"
    ? "not known to be 1-minimal: the budget ended first"
    : "not known to be 1-minimal: it was interrupted";
}

async function readRecords(path: string): Promise<readonly KeptRecord[]> {
  const kept: KeptRecord[] = [];
  await using tape = await openTape(path);
  for await (const { firstLine, records } of tape.batches({ verify: false })) {
    for (const [index, record] of records.entries()) if (isKept(record)) kept.push({ record, line: firstLine + index });
    if (kept.length > RECORDS_MAX) {
      throw new FieldtapeError("LIMIT_EXCEEDED", `has more than ${RECORDS_MAX} records`, {
        file: path,
        hint: "cut out the part that shows it: fieldtape tape cut",
      });
    }
  }
  return declaring(kept);
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

/** What all verdicts depend on. */
function identityOf({ settings, seating, build }: MinimiseOptions, found: FoundCause, sha256: string): string {
  const against = found.cause.type === "against" ? [found.cause.base.subject.name, found.cause.base.config] : null;
  const { play, time, seed, drainMs, faults } = settings;
  const what = [sha256, seating.subject.name, seating.config, found.signature, against, build];
  return createHash("sha256")
    .update(JSON.stringify([...what, play, time, seed, drainMs, faults]))
    .digest("hex");
}

function sizeOf({ records, faults }: Candidate): Size {
  const bytes = records.reduce((sum, { record }) => sum + (record.type === "raw" ? record.bytes.length : 0), 0);
  return { records: records.length, bytes, faults: faults.length };
}
