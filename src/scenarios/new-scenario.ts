import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Json } from "../bytes/json.ts";
import { FieldtapeError, systemCode } from "../errors.ts";
import { blobsFolder, exists } from "../tape/segments.ts";
import { GOLDEN_FILE, SCENARIO_FILE } from "./case-folder.ts";
import type { ExpectationInput } from "./expectations/schema.ts";
import { writePending } from "./golden.ts";
import { refuseEscapeTo } from "./inside-corpus.ts";
import { play } from "./play.ts";
import { proposeExpectations } from "./propose.ts";
import type { FindSubject } from "./run-case.ts";
import type { Scenario } from "./scenario.ts";
import { parseScenario } from "./schema.ts";
import { type SourceTape, sourceTape } from "./source-tape.ts";

/** What a new case is to be. */
export interface WantedCase {
  readonly corpus: string;
  /** Its place below the corpus, as `modbus/late-reply`. */
  readonly name: string;
  /** The tape that it is made from. */
  readonly from: string;
  readonly subject: string;
  readonly options: Json | undefined;
  readonly why: string;
  /** Default: what the tape says of itself. */
  readonly provenance: string | undefined;
  /** Why it is right that the tape has gaps. */
  readonly gaps: string | undefined;
}

/** And what it is made with. */
export interface NewScenario extends WantedCase {
  readonly pendingFolder: string;
  readonly findSubject: FindSubject;
  readonly signal: AbortSignal;
}

/** A case as it was written. */
export interface WrittenScenario {
  readonly name: string;
  readonly folder: string;
  readonly expectations: readonly ExpectationInput[];
  /** What the subject says now, outside the corpus. */
  readonly pending: string;
  readonly said: number;
  /** `gap` records on the tape; without a reason for them the case fails. */
  readonly gaps: number;
}

/**
 * Makes a case of a tape: the tape itself, a scenario.yaml with proposed expectations, a README with where it came from, and a pending golden. Nothing is
 * written unless the subject can be played.
 *
 * @throws FieldtapeError USAGE for a name that is none, OUTPUT_EXISTS for a case that is there, INPUT_MALFORMED for what is no tape; what
 *   reading the tape or the subject throws
 */
export async function newScenario(wanted: NewScenario): Promise<WrittenScenario> {
  const { scenario, source } = await planCase(wanted, { mayExist: false });
  const { folder } = scenario;
  const played = await play(scenario, await wanted.findSubject(scenario), wanted.signal);
  const expectations = proposeExpectations(played.said);
  try {
    await writeFolder(scenario, fileOf(wanted, source, expectations), source);
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    throw unwritten(folder, cause);
  }
  const pending = await writePending(wanted.pendingFolder, scenario, played.said);
  return { name: wanted.name, folder, expectations, pending, said: played.said.length, gaps: played.gaps };
}

/**
 * A case that is not written yet, with the tape that it is made from.
 *
 * @throws FieldtapeError USAGE for a name that is none, SCENARIO_INVALID for one behind a link that leads out of the corpus, OUTPUT_EXISTS for a
 *   case that is there, INPUT_MALFORMED for what is no tape
 */
export async function planCase(
  wanted: WantedCase,
  { mayExist }: { readonly mayExist: boolean },
): Promise<{ scenario: Scenario; source: SourceTape }> {
  const folder = join(wanted.corpus, placeOf(wanted.name));
  refuseEscapeTo(wanted.corpus, folder);
  if (!mayExist && (await exists(folder)))
    throw new FieldtapeError("OUTPUT_EXISTS", "there is such a case already", { file: folder });
  const source = await sourceTape(wanted.from);
  return { scenario: scenarioOf(wanted, folder, source), source };
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;
const NAME_MAX = 200;

/** A case lies below its corpus, whatever its name says. */
function placeOf(name: string): string {
  if (name.length <= NAME_MAX && NAME.test(name)) return name;
  throw new FieldtapeError("USAGE", `${JSON.stringify(name)} is no name for a case`, {
    hint: "letters, digits, dots and dashes, as modbus/late-reply",
  });
}

/** What will stand in scenario.yaml. */
function fileOf(wanted: WantedCase, source: SourceTape, expect: readonly ExpectationInput[]) {
  const { why, provenance, subject, options, gaps } = wanted;
  return {
    why,
    provenance: provenance ?? source.provenance,
    subject,
    ...(options === undefined ? {} : { options }),
    ...(gaps === undefined ? {} : { gaps }),
    ...(expect.length === 0 ? {} : { expect }),
  };
}

function scenarioOf(wanted: WantedCase, folder: string, source: SourceTape): Scenario {
  const parsed = parseScenario(fileOf(wanted, source, []));
  if ("problems" in parsed) {
    const [problem] = parsed.problems;
    throw new FieldtapeError("USAGE", `${problem?.path.join(".") ?? ""}: ${problem?.message ?? "is not valid"}`);
  }
  return { name: wanted.name, folder, tape: source.path, golden: join(folder, GOLDEN_FILE), settings: parsed.file };
}

async function writeFolder(scenario: Scenario, file: ReturnType<typeof fileOf>, source: SourceTape): Promise<void> {
  const { folder, name } = scenario;
  await mkdir(folder, { recursive: true });
  const tape = join(folder, source.isCompressed ? "tape.jsonl.gz" : "tape.jsonl");
  await cp(source.path, tape);
  const blobs = blobsFolder(source.path);
  if (await exists(blobs)) await cp(blobs, blobsFolder(tape), { recursive: true });
  await writeFile(join(folder, SCENARIO_FILE), stringify(file, { lineWidth: 0 }));
  await writeFile(join(folder, "README.md"), readme(name, file.why, file.provenance));
}

function readme(name: string, why: string, provenance: string): string {
  return `# ${name.replaceAll("/", ": ")}\n\n**Protects:** ${why}\n\n**Recorded from:** ${provenance}\n`;
}

function unwritten(folder: string, cause: unknown): unknown {
  if (cause instanceof FieldtapeError || systemCode(cause) === undefined) return cause;
  const isFull = systemCode(cause) === "ENOSPC";
  return new FieldtapeError(isFull ? "DISK_FULL" : "OUTPUT_FAILED", "cannot write the case", { file: folder, cause });
}
