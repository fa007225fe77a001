import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { JsonObject } from "../bytes/json.ts";
import { foldedPath, pathProblem } from "../bytes/portable-path.ts";
import { FieldtapeError } from "../errors.ts";
import { inspectTape } from "../tape/inspect.ts";
import { mergeTapes } from "../tape/merge.ts";
import type { HeaderRecord } from "../tape/record.ts";
import { blobsFolder, exists, segmentsBeside, withoutGzip } from "../tape/segments.ts";
import { fileSystem } from "../tape/tape-disk.ts";
import type { Clock } from "../time/clock.ts";
import type { Nanos } from "../time/nanos.ts";
import { type BundleItem, itemOfFile } from "./bundle-item.ts";
import type { BundledSubject, BundledTape, BundledVersions, TapeRedaction } from "./bundle-manifest.ts";
import { lastMinutes } from "./last-minutes.ts";
import { ENTRIES_MAX, TAPES_MAX, TOTAL_BYTES_MAX } from "./limits.ts";
import type { Redaction } from "./redaction/profile.ts";
import { redactTape, type TapeRedactionRequest } from "./redaction/redact-tape.ts";
import type { RedactionReport } from "./redaction/report.ts";
import type { Seat } from "./seat.ts";
import { segmentRuns } from "./segment-runs.ts";
import { stagingBeside } from "./staging.ts";
import { recordTrace } from "./trace.ts";
import { writeFileOf } from "./written-file.ts";

/** What a bundle is to hold. */
export interface BundleRequest {
  readonly tapes: readonly string[];
  /** Only so much of each recording, from its end, all of its segments taken together. */
  readonly last: Nanos | undefined;
  /** What the tapes are played into; absent: they are not. */
  readonly subject: { readonly named: BundledSubject; readonly seat: Seat } | undefined;
  /** What is taken out of the tapes; absent: nothing, and captured bytes go in as they are. */
  readonly redaction: TapesRedaction | undefined;
  /** Everything besides tapes, in the order in which it is shown; asked for when the tapes are redacted. */
  readonly attachments: () => Promise<readonly BundleItem[]>;
  readonly versions: BundledVersions;
  /** Where the bundle will stand: what has to be made for it lies beside it until then. */
  readonly out: string;
}

/** A profile with its key, and what the subject is to it. */
export type TapesRedaction = Pick<TapeRedactionRequest, "framing" | "subject" | "machines" | "onName"> & {
  readonly redaction: Redaction;
};

export interface PlanPorts {
  readonly recorder: HeaderRecord["recorder"];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Words for a person: what is going on. */
  readonly say: (text: string) => void;
}

/** Everything that goes into a bundle, ready to be shown and then written; it is to be disposed of. */
export interface BundlePlan extends AsyncDisposable {
  readonly items: readonly BundleItem[];
  readonly tapes: readonly BundledTape[];
  readonly subject: BundledSubject | undefined;
  readonly versions: BundledVersions;
  readonly redaction: string | undefined;
  /** What redaction did, by the tape's path in the bundle. */
  readonly reports: ReadonlyMap<string, RedactionReport>;
}

/**
 * Makes what a bundle needs: cuts, redacts and plays the tapes, and lists what goes in. The bundle itself is not begun.
 *
 * @throws FieldtapeError what reading the tapes and the subject throw, LIMIT_EXCEEDED, DISK_FULL, OUTPUT_FAILED
 */
export async function planBundle(request: BundleRequest, ports: PlanPorts): Promise<BundlePlan> {
  if (request.tapes.length > TAPES_MAX)
    throw new FieldtapeError("LIMIT_EXCEEDED", `a bundle has ${TAPES_MAX} tapes at most`);
  const staging = await stagingBeside(request.out);
  try {
    const { attachments, subject, versions, redaction } = request;
    const items: BundleItem[] = [];
    const tapes: BundledTape[] = [];
    const reports = new Map<string, RedactionReport>();
    const names = new TapeNames(redaction !== undefined);
    for (const [index, segments] of (await segmentRuns(request.tapes)).entries()) {
      const [path = ""] = segments;
      const job = { path, segments, name: names.next(path), place: join(staging.folder, String(index)) };
      const { tape, files, report } = await bundledTape(job, request, ports);
      tapes.push(tape);
      if (report !== undefined) reports.set(tape.path, report);
      items.push(...files);
    }
    items.push(...(await attachments()));
    assertWithinLimits(items);
    const dispose = () => staging[Symbol.asyncDispose]();
    return {
      items,
      tapes,
      subject: subject?.named,
      versions,
      redaction: redaction?.redaction.name,
      reports,
      [Symbol.asyncDispose]: dispose,
    };
  } catch (thrown) {
    await staging[Symbol.asyncDispose]();
    throw thrown;
  }
}

interface TapeJob {
  /** The tape, or the first of the segments that are one recording. */
  readonly path: string;
  readonly segments: readonly string[];
  readonly name: string;
  /** A folder for what is made of this tape. */
  readonly place: string;
}

async function bundledTape(
  job: TapeJob,
  request: BundleRequest,
  ports: PlanPorts,
): Promise<{ tape: BundledTape; files: readonly BundleItem[]; report: RedactionReport | undefined }> {
  const { path, name, place } = job;
  const { last, redaction, subject } = request;
  const part = last === undefined ? await wholeTape(job, ports) : await lastMinutes(path, last, place);
  const isPacked = part.endsWith(".gz") && redaction === undefined;
  const inside = `tapes/${name}${isPacked ? ".gz" : ""}`;
  const redacted = redaction === undefined ? undefined : await redactedCopy(part, job, { redaction, ports });
  const file = redacted?.file ?? part;
  const files = [await itemOfFile(inside, "tape", file), ...(await blobsOf(file, inside))];
  const tape = { path: inside, ...(redacted === undefined ? {} : { redaction: redacted.told }) };
  const report = redacted?.report;
  if (subject === undefined) return { tape, files, report };
  ports.say(`playing ${path} into ${subject.named.name}`);
  const out = join(place, "trace.tape.jsonl");
  const { outcome, written } = await recordTrace({ tape: file, out, seat: subject.seat, ...ports });
  if (!written) return { tape: { ...tape, trace: { outcome } }, files, report };
  const traced = `traces/${name}`;
  files.push(await itemOfFile(traced, "trace", out));
  return { tape: { ...tape, trace: { path: traced, outcome } }, files, report };
}

/** Segments that follow one another as the one tape that they are: each by itself, a subject would have forgotten what was in progress. */
async function wholeTape({ path, segments, place }: TapeJob, { say }: PlanPorts): Promise<string> {
  if (segments.length === 1) {
    const there = (await segmentsBeside(path)).length;
    if (there > 1)
      say(`note: ${path} is one of ${there} segments of a recording: name them all, or take its end with --last 10m`);
    return stillTape(path, place);
  }
  say(`putting ${segments.length} segments of ${path} together`);
  const whole = join(place, "whole.tape.jsonl");
  await mergeTapes(segments, whole, { force: true });
  return whole;
}

/** A recording that was not closed may still go on: what is played and what goes in must be the same bytes. */
async function stillTape(path: string, place: string): Promise<string> {
  if (path.endsWith(".gz") || (await exists(blobsFolder(path)))) return path;
  // Whatever is wrong with it is for whoever plays it to say.
  const mayGrow = await inspectTape(path, { quick: true }).then(
    ({ closed }) => closed === undefined,
    () => false,
  );
  if (!mayGrow) return path;
  const still = join(place, "still.tape.jsonl");
  const { bytes } = await itemOfFile(path, "tape", path);
  await writeFileOf(bytes(), still, { disk: fileSystem, force: true });
  return still;
}

async function redactedCopy(
  tape: string,
  { path, place }: TapeJob,
  { redaction, ports }: { readonly redaction: TapesRedaction; readonly ports: PlanPorts },
): Promise<{ readonly file: string; readonly told: TapeRedaction; readonly report: RedactionReport }> {
  ports.say(`redacting ${path} with ${redaction.redaction.name}`);
  const file = join(place, "redacted.tape.jsonl");
  const report = await redactTape({ tape, out: file, force: true, ...redaction }, ports.signal);
  return { file, report, told: { verdict: report.behaviour.verdict, report: plainJson(report) } };
}

/** As it stands in the manifest. */
function plainJson(report: RedactionReport): JsonObject {
  return JSON.parse(JSON.stringify(report));
}

/** Named by their digests; whatever else lies there is no blob. */
async function blobsOf(file: string, inside: string): Promise<readonly BundleItem[]> {
  const folder = blobsFolder(file);
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^[0-9a-f]{64}$/.test(name)).toSorted();
  return Promise.all(names.map((name) => itemOfFile(`${blobsFolder(inside)}/${name}`, "blob", join(folder, name))));
}

/** Names for tapes in the bundle: their own, as far as every system takes them. Where something is redacted, numbers: a name may tell who and where. */
class TapeNames {
  readonly #taken = new Set<string>();
  readonly #numbered: boolean;
  #count = 0;

  constructor(numbered: boolean) {
    this.#numbered = numbered;
  }

  next(path: string): string {
    this.#count += 1;
    const own = withoutGzip(basename(path)).replace(/(\.tape)?\.jsonl$/, "");
    const isUsable = !this.#numbered && pathProblem(own) === undefined && own.length <= 100;
    let name = isUsable ? own : `tape-${this.#count}`;
    if (this.#taken.has(foldedPath(name))) name = `${name}-${this.#count}`;
    this.#taken.add(foldedPath(name));
    return `${name}.tape.jsonl`;
  }
}

function assertWithinLimits(items: readonly BundleItem[]): void {
  if (items.length + 2 > ENTRIES_MAX)
    throw new FieldtapeError("LIMIT_EXCEEDED", `a bundle has ${ENTRIES_MAX} files at most`);
  const total = items.reduce((sum, { size }) => sum + size, 0);
  if (total <= TOTAL_BYTES_MAX) return;
  throw new FieldtapeError("LIMIT_EXCEEDED", `it would hold ${total} bytes; ${TOTAL_BYTES_MAX} are allowed`, {
    hint: "--last 10m takes the end of a recording only",
  });
}
