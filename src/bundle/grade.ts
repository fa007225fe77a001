import { join } from "node:path";
import type { Json, JsonObject } from "../bytes/json.ts";
import { FieldtapeError } from "../errors.ts";
import { beginsMidway } from "../tape/derive.ts";
import type { HeaderRecord } from "../tape/record.ts";
import type { ChannelSurvey, Survey } from "../tape/survey.ts";
import type { BundledSubject, BundledTape, BundledVersions, BundleManifest } from "./bundle-manifest.ts";
import { type Examination, examineTape } from "./examination.ts";
import { versionSkew } from "./version-skew.ts";

/**
 * How well a bundle can be replayed here. A: as it was. B: as it was, as far as one can tell. C: something of what the subject heard is missing. D: what
 * comes out may have nothing to do with what happened. F: not at all.
 */
export type Grade = "A" | "B" | "C" | "D" | "F";

/** Each thing that keeps a bundle from a better grade than this one. The grade is the worst of those that hold. */
const CAPS = {
  "no-tape": "F",
  "no-subject": "F",
  "subject-not-installed": "F",
  "tape-unreadable": "F",
  "not-played": "F",
  "tape-truncated": "D",
  "tape-damaged": "D",
  "blob-missing": "D",
  "redaction-changes-behaviour": "D",
  gaps: "C",
  "missing-initial-state": "C",
  edited: "C",
  "redaction-not-compared": "C",
  "lossy-import": "C",
  "plugin-abi-skew": "C",
  imported: "B",
  "joined-midway": "B",
  "not-closed": "B",
  "clock-steps": "B",
  redacted: "B",
  "schema-skew": "B",
  "version-skew": "B",
} as const satisfies Readonly<Record<string, Grade>>;

export type ReasonCode = keyof typeof CAPS;

export interface GradeReason {
  readonly code: ReasonCode;
  /** No better than this, for this reason. */
  readonly grade: Grade;
  readonly why: string;
  /** Absent: it concerns the whole bundle. */
  readonly tape?: string;
  /** The first line that shows it. */
  readonly line?: number;
}

export interface Graded {
  readonly grade: Grade;
  /** The worst first. */
  readonly reasons: readonly GradeReason[];
}

export interface GradeOptions {
  /** Where the bundle's files lie, verified. */
  readonly folder: string;
  readonly manifest: BundleManifest;
  readonly versions: BundledVersions;
  /** Finds the subject as the user of this machine has it. @throws FieldtapeError when he has not */
  readonly seat: (subject: BundledSubject) => Promise<unknown>;
  readonly signal: AbortSignal;
}

/** Looks at everything that bears on a replay, and plays nothing. @throws FieldtapeError INPUT_UNREADABLE */
export async function gradeBundle(options: GradeOptions): Promise<Graded> {
  const { folder, manifest, signal } = options;
  const reasons = [...(await ofSubject(options)), ...ofVersions(options)];
  for (const tape of manifest.tapes) {
    const examined = await examineTape(join(folder, tape.path), signal);
    reasons.push(...ofTape(tape, examined, manifest));
  }
  const worstFirst = reasons.toSorted((a, b) => (a.grade < b.grade ? 1 : a.grade > b.grade ? -1 : 0));
  return { grade: worstFirst[0]?.grade ?? "A", reasons: worstFirst };
}

type Told = Pick<GradeReason, "tape" | "line">;

function reason(code: ReasonCode, why: string, told: Told = {}): GradeReason {
  return { code, grade: CAPS[code], why, ...told };
}

async function ofSubject({ manifest, seat }: GradeOptions): Promise<readonly GradeReason[]> {
  if (manifest.tapes.length === 0) return [reason("no-tape", "it holds no tape")];
  const { subject } = manifest;
  if (subject === undefined) return [reason("no-subject", "it does not say what its tapes are played into")];
  try {
    await seat(subject);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof FieldtapeError)) throw thrown;
    return [reason("subject-not-installed", thrown.message)];
  }
}

function ofVersions({ manifest, versions }: GradeOptions): readonly GradeReason[] {
  const isOwn = manifest.subject?.builtIn === undefined;
  return versionSkew(manifest.versions, versions).flatMap(({ name, there, here }) => {
    const why = `${name} is ${here} here and was ${there} there`;
    if (name === "app" || name === "git_sha") return [reason("version-skew", why)];
    if (name === "plugin_abi" && isOwn) return [reason("plugin-abi-skew", why)];
    return name.endsWith("_schema") ? [reason("schema-skew", why)] : [];
  });
}

function ofTape(bundled: BundledTape, examined: Examination, manifest: BundleManifest): readonly GradeReason[] {
  const tape = bundled.path;
  const outcome = bundled.trace?.outcome;
  const reasons: GradeReason[] = [];
  const note = (code: ReasonCode, why: string, line?: number): void => {
    reasons.push(reason(code, why, line === undefined ? { tape } : { tape, line }));
  };
  if (examined.state === "unreadable") note("tape-unreadable", examined.failure.message, examined.failure.line);
  else {
    ofReading(examined, note);
    ofRecords(examined.survey, note);
    ofBlobs(tape, examined.blobs, manifest, note);
  }
  if (outcome?.type === "unplayable") note("not-played", `it could not be played there either: ${outcome.message}`);
  const verdict = bundled.redaction?.verdict;
  if (verdict === "same") note("redacted", "it is redacted, and was shown to behave the same");
  if (verdict === "not-compared")
    note("redaction-not-compared", "it is redacted, and nobody knows whether it behaves the same");
  if (verdict === "different") note("redaction-changes-behaviour", "it is redacted, and behaves otherwise than it did");
  return reasons;
}

type Note = (code: ReasonCode, why: string, line?: number) => void;
type Read = Extract<Examination, { state: "read" }>;

function ofReading({ facts, unreadable }: Read, note: Note): void {
  const { broken, damaged, damagedCount, end, hashLines, tornBytes } = facts;
  if (broken !== undefined) note("tape-truncated", `it breaks off: ${broken.message}`);
  if (unreadable.count > 0) note("tape-damaged", `${lines(unreadable.count)} cannot be read`, unreadable.first);
  const edited = `${damagedCount} of its blocks ${damagedCount === 1 ? "does" : "do"} not match the hash: edited, or damaged`;
  if (damagedCount > 0) note("edited", edited, damaged[0]?.firstLine);
  const isOpen = end === undefined && hashLines > 0;
  if (isOpen || tornBytes > 0) note("not-closed", "its recording was not closed: its last moments may be missing");
}

function ofRecords({ header, gaps, steps, channels }: Survey, note: Note): void {
  const redacted = gaps.causes.redacted ?? 0;
  const lost = gaps.count - redacted;
  const causes = Object.keys(gaps.causes).filter((cause) => cause !== "redacted");
  if (lost > 0)
    note(
      "gaps",
      `bytes are missing in ${lost} ${lost === 1 ? "place" : "places"}: ${causes.join(", ")}`,
      gaps.first[0]?.line,
    );
  if (redacted > 0)
    note("redacted", `bytes were left out on purpose in ${redacted} ${redacted === 1 ? "place" : "places"}`);
  if (steps > 0)
    note("clock-steps", `the date jumped ${steps === 1 ? "once" : `${steps} times`} while it was recorded`);
  const beginning = header === undefined ? undefined : missingBeginning(header);
  if (beginning !== undefined) note("missing-initial-state", beginning);
  const joined = channels.filter(isJoined).map(({ name }) => name);
  if (joined.length > 0) note("joined-midway", `nobody saw the link begin: ${joined.slice(0, 4).join(", ")}`);
  if (header !== undefined) ofImport(header, note);
}

/** A conversation whose beginning is not on the tape leaves a subject in another state than it was in. */
function missingBeginning(header: HeaderRecord): string | undefined {
  if (!beginsMidway(header)) return undefined;
  if (header.segment > 0) return `it is segment ${header.segment} of a recording: what came before it is not there`;
  return "it is a part of a longer recording: what came before it is not there";
}

function isJoined({ link, opened, rx, tx }: ChannelSurvey): boolean {
  return link === "unknown" && opened === 0 && rx.reads + tx.reads > 0;
}

/** Formats that have no times: those on the tape are made up. */
const TIMELESS: ReadonlySet<Json | undefined> = new Set(["raw", "hex"]);

function ofImport({ meta }: HeaderRecord, note: Note): void {
  const { format } = membersOf(meta["import"]);
  if (typeof format !== "string") return;
  if (TIMELESS.has(format)) note("lossy-import", `it was imported from ${format}, which has no times`);
  else note("imported", `it was imported from ${format}: how its bytes were read is not known`);
}

function membersOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function ofBlobs(tape: string, named: ReadonlySet<string>, { files }: BundleManifest, note: Note): void {
  const folder = `${tape.replace(/\.gz$/, "")}.blobs/`;
  const there = new Set(
    files.filter(({ path }) => path.startsWith(folder)).map(({ path }) => path.slice(folder.length)),
  );
  const missing = [...named].filter((sha256) => !there.has(sha256)).length;
  if (missing > 0)
    note("blob-missing", `${missing} of the files that it names ${missing === 1 ? "is" : "are"} not there`);
}

const lines = (count: number): string => (count === 1 ? "1 line" : `${count} lines`);
