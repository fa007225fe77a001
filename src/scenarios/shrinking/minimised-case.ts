import { mkdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { stringify } from "yaml";
import type { Json, JsonObject } from "../../bytes/json.ts";
import { derivedHeader, sourceId } from "../../tape/derive.ts";
import { writeDerivedTape } from "../../tape/derived-tape.ts";
import { openTape } from "../../tape/reader.ts";
import type { TapeRecord } from "../../tape/record.ts";
import { blobsFolder } from "../../tape/segments.ts";
import { headerOf } from "../../tape/source-header.ts";
import { formatDuration } from "../../time/duration.ts";
import { GOLDEN_FILE, SCENARIO_FILE, TAPE_FILES } from "../case-folder.ts";
import type { ScenarioFile } from "../schema.ts";
import { type Candidate, faultsOn, isKept } from "./candidate.ts";
import type { FoundCause } from "./cause.ts";

const README_FILE = "README.md";

/** What a scenario says about its case, the subject's options as they came from wherever they were given. */
export type CaseSettings = Omit<ScenarioFile, "options"> & { readonly options?: Json | undefined };

/** Where a smaller tape comes from: what its scenario says about itself. */
export interface Lineage {
  /** The case's name, or the tape's. */
  readonly parent: string;
  readonly tape: string;
  /** SHA-256 of the parent's tape. */
  readonly sha256: string;
  readonly settings: CaseSettings;
  readonly found: FoundCause;
  /** `1-minimal`, or why that is not known. */
  readonly words: string;
}

/**
 * Writes what is left as a scenario of its own: tape, scenario.yaml and README.md. It expects what the subject breaks now, so that it fails
 * until that is mended; it has no golden.
 *
 * @throws FieldtapeError OUTPUT_EXISTS, and what writing throws
 */
export async function writeMinimisedCase(
  folder: string,
  candidate: Candidate,
  lineage: Lineage,
  { force }: { readonly force: boolean },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const tape = join(folder, TAPE_FILES[0]);
  await writeTape(tape, candidate, lineage, force);
  const lines = await linesOf(tape);
  const faults = faultsOn(candidate, (index) => lines[index] ?? (lines.at(-1) ?? 1) + 1);
  await writeFileAtomic(
    join(folder, SCENARIO_FILE),
    stringify(scenarioOf(candidate, faults, lineage), { lineWidth: 0 }),
  );
  await writeFileAtomic(join(folder, README_FILE), readme(candidate, lineage));
  // One that is written over had another tape.
  for (const stale of [GOLDEN_FILE, TAPE_FILES[1]]) await rm(join(folder, stale), { force: true });
}

/** Takes away what was written; whatever else is in the folder stays. */
export async function removeMinimisedCase(folder: string): Promise<void> {
  const tape = join(folder, TAPE_FILES[0]);
  for (const path of [tape, blobsFolder(tape), join(folder, SCENARIO_FILE), join(folder, README_FILE)])
    await rm(path, { recursive: true, force: true });
  // It stays when something else is in it.
  await rmdir(folder).catch(() => undefined);
}

async function writeTape(path: string, { records }: Candidate, lineage: Lineage, force: boolean): Promise<void> {
  const source = await headerOf(lineage.tape);
  const { signature } = lineage.found;
  const options = { signature, sha256: lineage.sha256, seed: lineage.settings.seed };
  const header = derivedHeader(source, { by: "minimise", sources: [sourceId(source)], options });
  async function* batches(): AsyncGenerator<readonly TapeRecord[]> {
    yield [header, ...records.map(({ record }) => record)];
  }
  await writeDerivedTape(path, batches(), { force, sources: [lineage.tape], reason: "minimised" });
}

/** The lines on which the records stand: hash lines are among them. */
async function linesOf(path: string): Promise<readonly number[]> {
  const lines: number[] = [];
  await using tape = await openTape(path);
  for await (const { firstLine, records } of tape.batches({ verify: false })) {
    for (const [index, record] of records.entries()) if (isKept(record)) lines.push(firstLine + index);
  }
  return lines;
}

function scenarioOf({ records }: Candidate, faults: Candidate["faults"], lineage: Lineage): JsonObject {
  const { settings } = lineage;
  const { subject, options, time, play, seed, drainMs } = settings;
  const expect = expectationsOf(lineage);
  const hasGaps = records.some(({ record }) => record.type === "gap");
  return {
    why: `${lineage.found.signature} (${settings.why})`.slice(0, 4000),
    provenance: provenanceOf(lineage),
    subject,
    ...(options === undefined ? {} : { options }),
    ...(time === "recorded" ? {} : { time }),
    ...(play === "rx" ? {} : { play }),
    ...(seed === 0 ? {} : { seed }),
    ...(drainMs === 1000 ? {} : { drainMs }),
    ...(hasGaps ? { gaps: settings.gaps ?? "they are left of the tape that was made smaller" } : {}),
    ...(faults.length === 0 ? {} : { faults: faults.map(asWritten) }),
    ...(expect.length === 0 ? {} : { expect, golden: { mode: "none" } }),
    ...(Object.keys(settings.limits).length === 0 ? {} : { limits: { ...settings.limits } }),
    ...(Object.keys(settings.relations).length === 0 ? {} : { relations: { ...settings.relations } }),
  };
}

/** What the parent expects besides need not be true of a part of its tape. */
function expectationsOf({ found: { cause, signature }, settings }: Lineage): readonly JsonObject[] {
  if (cause.type === "saying") return [{ absent: cause.expression }];
  if (cause.type !== "expectation") return [];
  const index = Number(/^expect\[([0-9]+)\]/.exec(signature)?.[1]);
  const expectation = settings.expect[index];
  return expectation === undefined ? [] : [asWritten(expectation)];
}

/** Spans of time are numbers once they are read, and words in a file. */
const SPANS: ReadonlySet<string> = new Set(["at", "by", "for", "within"]);

function asWritten(rule: JsonObject): JsonObject {
  const members = Object.entries(rule);
  return Object.fromEntries(
    members.map(([key, value]) => [key, SPANS.has(key) && typeof value === "number" ? formatDuration(value) : value]),
  );
}

function provenanceOf({ parent, sha256, settings, words }: Lineage): string {
  return `made smaller by \`fieldtape scenario minimise\` from ${parent} (tape sha256 ${sha256}), seed ${settings.seed}; ${words}`;
}

function readme({ records }: Candidate, lineage: Lineage): string {
  const { found, settings } = lineage;
  const isExpected = found.cause.type === "saying" || found.cause.type === "expectation";
  const next = isExpected
    ? "The case fails until that is mended."
    : "It has no golden yet: when the subject says what is right, `fieldtape suite accept` makes that the golden.";
  return `# A small tape that shows it

\`${found.signature}\`

${settings.subject} shows it on ${records.length} ${records.length === 1 ? "record" : "records"}. ${next}

Where it comes from: ${provenanceOf(lineage)}.

The case that it was made from is there for this: ${settings.why}
`;
}
