import { mkdir, readdir, readFile, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sha256Hex } from "../../bytes/sha256.ts";
import { assert, FieldtapeError } from "../../errors.ts";
import { holdLock } from "../../ota/lock/process-lock.ts";
import { onDisk } from "../../tape/tape-disk.ts";
import { checkOut } from "./check-out.ts";
import { isFinished } from "./finish-release.ts";
import { GitProject } from "./git-project.ts";
import { type Decided, prepareRelease } from "./prepare-release.ts";
import { NOTES_FILE, placesOf, platformOf, type ReleaseContext, type ReleasePlaces } from "./release-context.ts";
import { type PlannedStep, planRelease } from "./release-plan.ts";
import { madeUpSigner, namedSigner, type ReleaseSigner, type SignerFiles } from "./release-signer.ts";
import { digestsOf, NOTHING_DONE, readReleaseState, stepsStillWhole, writeReleaseState } from "./release-state.ts";
import { doStep } from "./release-steps.ts";
import type { ReleaseFacts, ReleaseSettings, ReleaseState } from "./schema.ts";
import { RELEASE_STEPS, type ReleaseStep } from "./step-names.ts";

export interface ReleaseRequest {
  /** The project's. */
  readonly folder: string;
  readonly settings: ReleaseSettings;
  /** `patch`, `minor`, `major` or a version; absent: the one that stands in package.json. */
  readonly bump: string | undefined;
  readonly release: number | undefined;
  readonly signer: SignerFiles;
  /** Go on with what was begun. */
  readonly resume: boolean;
  /** And do this step and those after it again. */
  readonly from: ReleaseStep | undefined;
  /** Steps that a dry run leaves out. */
  readonly skip: readonly ReleaseStep[];
  readonly dryRun: boolean;
  readonly now: bigint;
  readonly signal: AbortSignal;
  readonly tell: (words: string) => void;
}

export interface ReleasedFile {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface ReleaseResult {
  readonly facts: ReleaseFacts;
  readonly platform: string;
  readonly steps: readonly PlannedStep[];
  readonly files: readonly ReleasedFile[];
  /** Where they are; of a dry run, where they were. */
  readonly folder: string;
  readonly notes: string;
}

/**
 * Makes a release: does the steps that are still to be done, and remembers each. Whatever stops it, the project and its repository are
 * as they were, or as they are to be.
 *
 * @throws FieldtapeError USAGE when the project cannot be released; what stopped a step
 */
export async function runRelease(request: ReleaseRequest): Promise<ReleaseResult> {
  const { settings, dryRun, signal } = request;
  const project = await GitProject.at(request.folder, signal);
  const out = join(project.folder, settings.out);
  const made = await onDisk(out, mkdir(out, { recursive: true }));
  try {
    using _lock = holdLock(join(out, "release.lock"), { what: "the project", who: "another release" });
    if (!dryRun) return await releaseLocked(request, project);
    try {
      return await releaseLocked(request, project);
    } finally {
      await rm(placesOf(project, { ...settings, dryRun }, "").work, { recursive: true, force: true });
    }
  } finally {
    if (made !== undefined) await removeEmpty(out, made);
  }
}

async function releaseLocked(request: ReleaseRequest, project: GitProject): Promise<ReleaseResult> {
  const { settings, dryRun, resume, from, signal, tell } = request;
  const { work } = placesOf(project, { ...settings, dryRun }, "");
  const begun = resume || from !== undefined ? await readReleaseState(work) : NOTHING_DONE;
  if (begun === undefined) {
    throw new FieldtapeError("INPUT_MISSING", "no release was begun that could go on", {
      file: work,
      hint: "leave --resume and --from out",
    });
  }
  if (begun.facts !== undefined && resume && request.bump === undefined) {
    const places = placesOf(project, { ...settings, dryRun }, begun.facts.version);
    if (await isFinished(project, begun.facts, places)) return cleanedUp(begun.facts, places, settings);
  }
  const decided = await prepareRelease({ ...request, project, begun: begun.facts });
  const places = placesOf(project, { ...settings, dryRun }, decided.version);
  tell(`${settings.product} ${decided.version}, release ${decided.release}, of ${decided.base.slice(0, 10)}`);
  const signer = await signerOf(request, work);
  const done = await stepsStillWhole(work, begun);
  const skip = new Set([...request.skip, ...idleSteps(settings, dryRun)]);
  const steps = planRelease({ inputs: inputsOf(settings, decided, signer), done, from, skip });
  const world: ReleaseWorld = { ...request, project, places, signer, platform: platformOf(settings) };
  let state: ReleaseState = { ...begun, steps: done };
  for (const planned of steps) {
    signal.throwIfAborted();
    tell(`${planned.step}${ACTION_WORDS[planned.action]}`);
    if (planned.action === "run") state = await runStep(planned, { world, decided, state });
  }
  const facts = factsOf(state);
  const folder = dryRun ? places.staged : places.finished;
  return {
    facts,
    platform: world.platform,
    steps,
    files: await filesIn(folder),
    folder,
    notes: await readNotes(folder),
  };
}

/** It was cut off when nothing was left to do but to tidy up. */
async function cleanedUp(
  facts: ReleaseFacts,
  { work, finished }: ReleasePlaces,
  settings: ReleaseSettings,
): Promise<ReleaseResult> {
  await rm(work, { recursive: true, force: true });
  const steps = RELEASE_STEPS.map((step): PlannedStep => ({ step, action: "keep", key: "" }));
  return {
    facts,
    platform: platformOf(settings),
    steps,
    files: await filesIn(finished),
    folder: finished,
    notes: await readNotes(finished),
  };
}

const ACTION_WORDS = { run: "", keep: ": done before, with the same inputs", skip: ": left out" } as const;

type ReleaseWorld = Omit<ReleaseContext, "facts">;

interface ReleaseProgress {
  readonly world: ReleaseWorld;
  readonly decided: Decided;
  readonly state: ReleaseState;
}

/** Does one step and remembers it: what was begun, decided and done stands in the state file after each. */
async function runStep({ step, key }: PlannedStep, { world, decided, state }: ReleaseProgress): Promise<ReleaseState> {
  const { work } = world.places;
  if (step === "version") {
    await onDisk(work, rm(work, { recursive: true, force: true }));
    const commit = await checkOut({ ...world, facts: decided });
    const date = await world.project.dateOf(decided.base);
    return remember(
      work,
      { schema: 1, facts: { ...decided, commit, date }, steps: {} },
      { step, key, made: [CHECKED_OUT] },
    );
  }
  const made = await doStep(step, { ...world, facts: factsOf(state) });
  if (step !== "finish") return remember(work, state, { step, key, made });
  await rm(work, { recursive: true, force: true });
  return state;
}

/** Names the commit that was checked out. */
const CHECKED_OUT = "checkout/.git/HEAD";

interface StepDone {
  readonly step: ReleaseStep;
  readonly key: string;
  readonly made: readonly string[];
}

async function remember(work: string, state: ReleaseState, { step, key, made }: StepDone): Promise<ReleaseState> {
  const files = await digestsOf(work, made);
  const next: ReleaseState = { ...state, steps: { ...state.steps, [step]: { key, files } } };
  await writeReleaseState(work, next);
  return next;
}

function factsOf({ facts }: ReleaseState): ReleaseFacts {
  assert(facts !== undefined, "a release has no facts after its first step");
  return facts;
}

/** Steps that have nothing to do here. */
function idleSteps(settings: ReleaseSettings, dryRun: boolean): readonly ReleaseStep[] {
  const idle: Readonly<Partial<Record<ReleaseStep, boolean>>> = {
    tests: settings.tests.length === 0,
    build: settings.build.length === 0,
    licences: settings.modules === undefined,
    publish: settings.repository === undefined && !dryRun,
    upload: settings.upload === undefined || dryRun,
    finish: dryRun,
  };
  return RELEASE_STEPS.filter((step) => idle[step] === true);
}

/** What each step depends on, besides the steps before it. */
function inputsOf(
  settings: ReleaseSettings,
  decided: Decided,
  signer: ReleaseSigner,
): Readonly<Record<ReleaseStep, unknown>> {
  const { product, compatible, minApp, payload, leaveOut, modules, versions, bakeTrust } = settings;
  const root = sha256Hex(signer.root.bytes);
  return {
    version: [decided, settings.dependencies],
    notes: [],
    tests: settings.tests,
    build: settings.build,
    licences: modules,
    package: [product, platformOf(settings), compatible, minApp, payload, leaveOut, versions, bakeTrust && root],
    sign: [root, signer.release.map(({ keyid }) => keyid)],
    report: [],
    hashes: [],
    publish: [settings.repository, settings.expires, signer.timestamp.map(({ keyid }) => keyid)],
    upload: settings.upload,
    finish: [],
  };
}

function signerOf({ signer, dryRun, now, tell }: ReleaseRequest, work: string): Promise<ReleaseSigner> {
  const named = signer.release.length > 0 && signer.timestamp.length > 0 && signer.trust !== undefined;
  if (named || !dryRun) return namedSigner(signer, now);
  tell("no keys are named: this dry run signs with keys of its own");
  return madeUpSigner(join(work, "keys"), now);
}

async function filesIn(folder: string): Promise<readonly ReleasedFile[]> {
  const names = (await readdir(folder)).toSorted();
  const digests = await digestsOf(folder, names);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return names.map((name, index) => ({ name, sha256: digests[name] ?? "", bytes: sizes[index] ?? 0 }));
}

async function readNotes(folder: string): Promise<string> {
  return readFile(join(folder, NOTES_FILE), "utf8");
}

/** The folders that were made for this release, as far as nothing is in them. */
async function removeEmpty(folder: string, first: string): Promise<void> {
  for (let at = folder; at.startsWith(first); at = dirname(at)) {
    const removed = await rmdir(at).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
}
