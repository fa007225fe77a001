import process from "node:process";
import { FieldtapeError } from "../../errors.ts";
import type { Source } from "../../link/source.ts";
import type { ControlServer } from "../../recorder/control.ts";
import { DECODING_MAX, type Decoder } from "../../recorder/decoding.ts";
import { type EventSource, openEvents } from "../../recorder/event-source.ts";
import type { LinkNotice } from "../../recorder/intake.ts";
import { openSource } from "../../recorder/open-source.ts";
import { type RecordingResult, RecordingSession } from "../../recorder/record.ts";
import { SegmentCompressor } from "../../recorder/segment-compressor.ts";
import { sourceName } from "../../recorder/source-spec.ts";
import { type RecordingStart, startRecording } from "../../recorder/start.ts";
import { tapeName } from "../../recorder/tape-name.ts";
import { remainsOf, type TapeRemains } from "../../tape/remains.ts";
import { exists } from "../../tape/segments.ts";
import { TapeWriter } from "../../tape/writer.ts";
import type { TapeWriterOptions } from "../../tape/writer-options.ts";
import type { Clock, WallClock } from "../../time/clock.ts";
import { formatIso } from "../../time/iso.ts";
import { turn } from "../../time/system-clock.ts";
import type { LoadedConfig } from "../config/config-file.ts";
import type { RunLog } from "../log/run-log.ts";
import { parseOptionsFlag } from "../options-flag.ts";
import { resolveSubject } from "../subjects.ts";
import { VERSION } from "../version.ts";
import { newTapeId, realWorld } from "../wiring.ts";
import { RECORD_KEYS } from "./flags.ts";
import { LinkWords } from "./link-words.ts";
import { keptMembers, type LiveRedaction, liveRedaction } from "./live-redaction.ts";
import { logLosses } from "./log-losses.ts";
import type { RecordingPlan } from "./plan.ts";
import { showProgress } from "./show-progress.ts";
import { steer } from "./steering.ts";
import { summary } from "./words.ts";

export interface RecordingSurroundings {
  readonly config: LoadedConfig;
  /** Aborted when the user wants it to stop. */
  readonly interrupted: AbortSignal;
  readonly log: RunLog;
  /** Hears of the recording as soon as it goes. */
  readonly began?: (session: RecordingSession) => void;
  say(text: string): void;
}

export interface FinishedRecording extends RecordingResult {
  /** The tape's first segment. */
  readonly tape: string;
  /** Why segments were left as they are. */
  readonly compressFailure: FieldtapeError | undefined;
}

/** What is open while a recording is being begun. */
type Opened = { close(): Promise<void> }[];

/**
 * Records as planned, until it is stopped or over. Whatever cannot be opened is refused before a tape is begun.
 *
 * @throws FieldtapeError for what could not be begun; what fails later is in the result
 */
export async function runRecording(plan: RecordingPlan, around: RecordingSurroundings): Promise<FinishedRecording> {
  const { clock, wall } = realWorld({ sleep: "coarse" });
  const decoder = await openDecoder(plan, around.config);
  const redaction = await liveRedaction(plan, around.config);
  const remains = plan.goesOn === undefined ? undefined : await remainsOf(plan.goesOn, around.interrupted);
  const start = startRecording({ clock, wall, waitingMax: plan.waitingMax, remains });
  const tape = remains?.first ?? tapeOf(plan, wall);
  if (!plan.force && remains === undefined) await refuseExisting(tape);
  const compressor = plan.compress ? new SegmentCompressor() : undefined;
  const opened: Opened = [];
  try {
    const control = await openControl(plan, clock, opened);
    const sources = await openSources(plan, start, opened);
    const events = await openEventSources(plan, start, opened);
    const session = new RecordingSession({
      ...start,
      turn,
      sources,
      events,
      writer: await openWriter(tape, remains, writerOptions(plan, start, { compressor, remains, redaction })),
      ...(decoder === undefined ? {} : { decoder }),
      ...(redaction === undefined ? {} : { redaction: redaction.arrivals }),
      ...(plan.duration === undefined ? {} : { duration: plan.duration }),
      notice: noticed(around, plan.quiet),
      undecoded: ({ message }) => tell(around, `decoding has stopped, the recording goes on: ${message}`),
    });
    control?.show(session);
    around.began?.(session);
    around.log.info("recording", { tape, sources: [...sources, ...events].map(({ description }) => description) });
    const words = plan.quiet ? [] : introduction(plan, [...sources, ...events], { tape, redaction });
    const result = await conduct(session, plan, { clock, words, ...around });
    const { reason, unrecorded, status } = result;
    const { at, records, rx, tx, path } = status;
    around.log.info("recorded", { reason, unrecorded, at, records, rx: { ...rx }, tx: { ...tx }, path });
    if (!plan.quiet) around.say(summary(result));
    const left = compressor?.left ?? 0;
    if (!plan.quiet && left > 0) around.say(`compressing the last ${left === 1 ? "segment" : `${left} segments`}`);
    const compressFailure = await compressor?.finish();
    return { tape: compressor?.pathOf(tape) ?? tape, compressFailure, ...result };
  } finally {
    await Promise.allSettled(opened.map((one) => one.close()));
  }
}

/** Goes into the log, and to the person. */
function noticed(around: RecordingSurroundings, quiet: boolean): (notice: LinkNotice) => void {
  const words = new LinkWords();
  return (notice) => {
    const told = words.take(notice);
    if (told === undefined) return;
    around.log.warn("link", { words: told, event: notice.event, reason: notice.reason, source: notice.source });
    if (!quiet) tell(around, told);
  };
}

/** A line of its own, over the line of progress at a terminal. */
function tell({ say }: RecordingSurroundings, words: string): void {
  say(process.stderr.isTTY ? `\r\u001b[K${words}` : words);
}

/** Where the tape goes: named for the source and the time, unless the user has named it. */
export function tapeOf({ output, sources, redact }: RecordingPlan, wall: WallClock): string {
  // An address in a file's name would be told by it.
  const name = redact === undefined ? sourceName(sources[0]) : `redacted-${redact}`;
  return output ?? tapeName(name, formatIso(wall.wallNow(), 6));
}

/** Runs the session, with the person at the terminal looking on and steering. */
async function conduct(
  session: RecordingSession,
  plan: RecordingPlan,
  {
    clock,
    words,
    interrupted,
    log,
    say,
  }: RecordingSurroundings & { readonly clock: Clock; readonly words: readonly string[] },
): Promise<RecordingResult> {
  const stop = (): void => void session.stop();
  if (interrupted.aborted) stop();
  else interrupted.addEventListener("abort", stop, { once: true });
  using _steering = steer(session, { keys: takesKeys(plan) });
  // Whoever reads these words may send a signal at once.
  for (const line of words) say(line);
  const over = new AbortController();
  const showing = plan.quiet || plan.service ? Promise.resolve() : showProgress(session, clock, over.signal);
  const logging = logLosses(session, log, clock, over.signal);
  try {
    return await session.run();
  } finally {
    over.abort();
    await Promise.all([showing, logging]);
    interrupted.removeEventListener("abort", stop);
  }
}

/** @throws FieldtapeError SUBJECT_UNKNOWN, OPTIONS_INVALID, USAGE */
async function openDecoder({ decode }: RecordingPlan, config: LoadedConfig): Promise<Decoder | undefined> {
  if (decode === undefined) return undefined;
  const options = decode.options === undefined ? undefined : await parseOptionsFlag(decode.options);
  const { subject, config: settings } = await resolveSubject(decode.subject, options, config);
  if (subject.role !== "observer") {
    throw new FieldtapeError("USAGE", `${decode.subject} takes part in the conversation: only an observer can decode`, {
      hint: "record first, and replay the tape into it",
    });
  }
  return subject.open({ config: settings, channels: [], seed: 0, faults: [] });
}

/** Said before anything is opened; the writer refuses it once more when the tape is begun. */
async function refuseExisting(tape: string): Promise<void> {
  if (!(await exists(tape))) return;
  throw new FieldtapeError("OUTPUT_EXISTS", `${tape} is already there`, {
    hint: "choose another name with --output, or --force to overwrite it",
  });
}

async function openControl(plan: RecordingPlan, clock: Clock, opened: Opened): Promise<ControlServer | undefined> {
  if (plan.control === undefined) return undefined;
  const { ControlServer } = await import("../../recorder/control.ts");
  const control = await ControlServer.listen(plan.control, clock);
  opened.push(control);
  return control;
}

async function openSources(plan: RecordingPlan, start: RecordingStart, opened: Opened): Promise<readonly Source[]> {
  const sources: Source[] = [];
  for (const spec of plan.sources) {
    const source = await openSource(spec, start.arrivals, {
      clock: start.clock,
      tcp: plan.tcp,
      ...(plan.whenCrowded === undefined ? {} : { whenCrowded: plan.whenCrowded }),
      ...(plan.reconnect === undefined ? {} : { reconnect: plan.reconnect }),
      standardInput: process.stdin,
    });
    sources.push(source);
    opened.push(source);
  }
  return sources;
}

async function openEventSources(
  plan: RecordingPlan,
  start: RecordingStart,
  opened: Opened,
): Promise<readonly EventSource[]> {
  const events: EventSource[] = [];
  for (const target of plan.events) {
    const source = await openEvents(target, start.arrivals, { clock: start.clock, standardInput: process.stdin });
    events.push(source);
    opened.push(source);
  }
  return events;
}

function openWriter(tape: string, remains: TapeRemains | undefined, options: TapeWriterOptions): Promise<TapeWriter> {
  return remains === undefined ? TapeWriter.create(tape, options) : TapeWriter.goOn(remains, options);
}

interface WriterParts {
  readonly compressor: SegmentCompressor | undefined;
  readonly remains: TapeRemains | undefined;
  readonly redaction: LiveRedaction | undefined;
}

function writerOptions(
  plan: RecordingPlan,
  { clock, started }: RecordingStart,
  { compressor: closedSegments, remains, redaction }: WriterParts,
): TapeWriterOptions {
  const { id = newTapeId(), requires = [], meta = {} } = remains?.header ?? {};
  const own = redaction === undefined ? plan.meta : keptMembers(plan.meta, redaction);
  return {
    header: { id, started, recorder: VERSION, requires, meta: { ...meta, ...own } },
    clock,
    live: true,
    force: plan.force,
    rotate: plan.rotate,
    ...(plan.keepLast === undefined ? {} : { keepLast: plan.keepLast }),
    ...(closedSegments === undefined ? {} : { closedSegments }),
  };
}

function introduction(
  plan: RecordingPlan,
  sources: readonly (Source | EventSource)[],
  { tape, redaction }: { readonly tape: string; readonly redaction: LiveRedaction | undefined },
): string[] {
  const lost = redaction === undefined ? "50 ms" : "second";
  return [
    ...sources.flatMap((source) => [
      `recording ${source.description}`,
      ...("notes" in source ? source.notes.map((note) => `  ${note}`) : []),
    ]),
    `onto ${tape}: at most the last ${lost} ${redaction === undefined ? "are" : "is"} lost if this is killed, the last ${redaction === undefined ? "second" : "two"} in a power cut`,
    ...(redaction?.words ?? []),
    ...(plan.decode === undefined
      ? []
      : [
          `  what is being decoded waits for it: up to ${DECODING_MAX / 1e9} s more while a decoder hangs, which is then let go`,
        ]),
    "it may hold the site's secrets (passwords, keys, personal data): only you can read it",
    ...(process.stdin.isTTY && takesKeys(plan) ? [RECORD_KEYS] : []),
  ];
}

function takesKeys(plan: RecordingPlan): boolean {
  return !plan.service && !readsStandardInput(plan);
}

function readsStandardInput(plan: RecordingPlan): boolean {
  return plan.events.includes("-") || plan.sources.some(({ type }) => type === "stdin");
}
