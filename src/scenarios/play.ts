import { join } from "node:path";
import type { Json } from "../bytes/json.ts";
import { FieldtapeError } from "../errors.ts";
import { isSubjectFailure } from "../replayer/crash-site.ts";
import { isSaid, type Said } from "../replayer/divergence.ts";
import { ReplayRun } from "../replayer/replay-run.ts";
import type { ReplayStep } from "../replayer/replay-step.ts";
import { replayTape } from "../replayer/replay-tape.ts";
import type { RecordBatch } from "../tape/record.ts";
import type { Transform } from "../tape/transform.ts";
import { millis, NANOS_PER_SECOND, type Nanos } from "../time/nanos.ts";
import { caseFeed, caseRunOptions, type ScenarioSubject } from "./case-feed.ts";
import { SCENARIO_FILE } from "./case-folder.ts";
import { openCaseTape } from "./case-tape.ts";
import { disturbanceOf } from "./faults/disturbance.ts";
import { type FaultGround, type PlacedFaults, placeFaults, unplaced } from "./faults/place-faults.ts";
import { startOf } from "./faults/start.ts";
import type { Scenario } from "./scenario.ts";

/** What a subject said to a scenario's tape, played once. */
export interface Played {
  readonly said: readonly Said[];
  readonly fed: number;
  /** `gap` records on the tape. */
  readonly gaps: number;
  /** Where its faults were, and those that waited for a state in vain. */
  readonly faults: PlacedFaults;
}

const NO_FAULTS: PlacedFaults = { records: [], ports: [], unmet: [] };

/**
 * Plays a scenario's tape into its subject, once, in virtual time, with its faults.
 *
 * @throws FieldtapeError what reading the tape or the subject throws; SCENARIO_INVALID for a fault that finds nothing to disturb;
 *   OPTIONS_INVALID for one that the subject cannot apply to its ports
 */
export async function play(scenario: Scenario, subject: ScenarioSubject, signal: AbortSignal): Promise<Played> {
  const faults = await findPlaces(scenario, subject, signal);
  const disturbance = faults.records.length === 0 ? undefined : disturbanceOf(faults.records, scenario.settings.seed);
  const virtualMax = millis(scenario.settings.limits.virtualMs ?? VIRTUAL_MAX_MS);
  const counted = { fed: 0, gaps: 0 };
  const onGap = (): void => {
    counted.gaps += 1;
  };
  const fed = caseFeed(scenario, subject, signal, { disturbance: disturbance?.transform, onGap });
  const said: Said[] = [];
  try {
    await using run = await ReplayRun.open(
      fed,
      subject.subject,
      caseRunOptions(scenario, subject, faults.ports),
      signal,
    );
    for await (const step of replayTape(run, {}, signal)) {
      counted.fed += step.fed.length;
      if (step.at > virtualMax) throw endless(scenario, virtualMax);
      for (const record of step.outputs) if (isSaid(record)) said.push(record);
    }
  } catch (thrown) {
    throw await failedAt(
      thrown,
      { scenario, subject, disturbance: disturbance?.transform, ports: faults.ports },
      signal,
    );
  }
  const [lost] = disturbance?.unplaced() ?? [];
  if (lost !== undefined) throw unplaced(lost, join(scenario.folder, SCENARIO_FILE));
  return { said, ...counted, faults };
}

interface Playing {
  readonly scenario: Scenario;
  readonly subject: ScenarioSubject;
  readonly disturbance: Transform | undefined;
  readonly ports: readonly Json[];
}

/** A subject that failed on one of many records: played once more, record by record, to name the one that does it. */
async function failedAt(thrown: unknown, playing: Playing, signal: AbortSignal): Promise<unknown> {
  if (!isSubjectFailure(thrown) || thrown.line === undefined) return thrown;
  try {
    for await (const _ of stepwise(playing, signal));
    return thrown;
  } catch (again) {
    return isSubjectFailure(again) && again.code === thrown.code ? again : thrown;
  }
}

/** As long as a tape can be. */
const VIRTUAL_MAX_MS = 8_640_000_000;

function endless({ folder }: Scenario, limit: Nanos): FieldtapeError {
  return new FieldtapeError("SUBJECT_HUNG", `was still going on after ${limit / NANOS_PER_SECOND} s of tape time`, {
    file: folder,
    hint: "limits.virtualMs in scenario.yaml says how long it may",
  });
}

/** Where a scenario's faults hold: the states that start some of them are found by playing. */
export async function findPlaces(
  scenario: Scenario,
  subject: ScenarioSubject,
  signal: AbortSignal,
): Promise<PlacedFaults> {
  if (scenario.settings.faults.length === 0) return NO_FAULTS;
  return placeOn(scenario, signal, (disturbance) => stepwise({ scenario, subject, disturbance, ports: [] }, signal));
}

/** The same without a subject; `undefined` where only playing tells: a state starts one of them. */
export async function findPlacesOnTape(scenario: Scenario): Promise<PlacedFaults | undefined> {
  if (scenario.settings.faults.some((fault) => startOf(fault) === undefined)) return undefined;
  return placeOn(scenario, new AbortController().signal, async function* () {}); // not asked: it is for states
}

function placeOn(scenario: Scenario, signal: AbortSignal, play: FaultGround["play"]): Promise<PlacedFaults> {
  const { faults, seed } = scenario.settings;
  return placeFaults(faults, {
    batches: () => tapeOf(scenario, signal),
    play,
    seed,
    file: join(scenario.folder, SCENARIO_FILE),
  });
}

async function* tapeOf({ tape }: Scenario, signal: AbortSignal): AsyncGenerator<RecordBatch> {
  await using reader = await openCaseTape(tape);
  yield* reader.batches({ verify: false, signal });
}

/** One record a step: then it is known on which line a state was said. */
async function* stepwise(
  { scenario, subject, disturbance, ports }: Playing,
  signal: AbortSignal,
): AsyncGenerator<ReplayStep> {
  const fed = caseFeed(scenario, subject, signal, { disturbance });
  await using run = await ReplayRun.open(fed, subject.subject, caseRunOptions(scenario, subject, ports), signal);
  yield* replayTape(run, { single: true }, signal);
}
