import type { Json } from "../../bytes/json.ts";
import { FieldtapeError } from "../../errors.ts";
import type { ReplayStep } from "../../replayer/replay-step.ts";
import { compilePredicate } from "../../tape/predicate.ts";
import type { RecordBatch } from "../../tape/record.ts";
import { type Transform, transformed } from "../../tape/transform.ts";
import { type Nanos, ZERO } from "../../time/nanos.ts";
import type { Unmet } from "../case-result.ts";
import { disturbanceOf, isPortFault, type PlacedFault, type PortFault, type RecordFault } from "./disturbance.ts";
import type { Fault } from "./schema.ts";
import { type Start, Starting, startOf } from "./start.ts";

/** What faults are placed on: a tape, and what the subject says to it. */
export interface FaultGround {
  readonly batches: () => AsyncIterable<RecordBatch>;
  /** Plays the tape, disturbed so far, one record a step. */
  readonly play: (disturbance: Transform | undefined) => AsyncIterable<ReplayStep>;
  readonly seed: number;
  /** Names the scenario in errors. */
  readonly file: string;
}

/** Faults whose places are known. */
export interface PlacedFaults {
  readonly records: readonly PlacedFault<RecordFault>[];
  /** For the subject's ports, as it is told them: the fault's own settings, and `at` where it has a place. */
  readonly ports: readonly Json[];
  /** Faults that wait for a state which the subject never said. */
  readonly unmet: readonly Unmet[];
}

/**
 * Finds the places of faults. One that a state starts is found by playing the tape with the faults before it, once for each: the fault
 * holds from there on, whatever the subject then says.
 *
 * @throws FieldtapeError SCENARIO_INVALID for a fault of a port whose place is not on the tape; what playing throws
 */
export async function placeFaults(faults: readonly Fault[], ground: FaultGround): Promise<PlacedFaults> {
  const records: PlacedFault<RecordFault>[] = [];
  const ports: Json[] = [];
  const unmet: Unmet[] = [];
  for (const [index, fault] of faults.entries()) {
    const before = records.length === 0 ? undefined : disturbanceOf(records, ground.seed).transform;
    const start = startOf(fault) ?? (await firstSaid(fault.state ?? "", before, ground));
    if (start.type === "never") {
      unmet.push({ key: `faults[${index}].state`, why: `the subject never said: ${fault.state ?? ""}` });
      continue;
    }
    if (isPortFault(fault)) ports.push(await forPort({ index, fault, start }, before, ground));
    else records.push({ index, fault, start });
  }
  return { records, ports, unmet };
}

/** A fault that finds nothing tests nothing: the scenario does not say what it means. */
export function unplaced({ index, fault }: PlacedFault, file: string): FieldtapeError {
  return new FieldtapeError("SCENARIO_INVALID", `faults[${index}]: ${fault.fault} finds nothing to disturb`, {
    file,
    hint: "no record of the tape stands at its place, or none that it could do its work on",
  });
}

async function firstSaid(state: string, before: Transform | undefined, { play }: FaultGround): Promise<Start> {
  const isMeant = compilePredicate(state);
  let line = 0;
  for await (const step of play(before)) {
    line = step.lines.at(-1) ?? line;
    for (const record of step.outputs)
      if (isMeant(record) && record.type !== "header") return { type: "after", at: record.at, line };
  }
  return { type: "never" };
}

async function forPort(
  placed: PlacedFault<PortFault>,
  before: Transform | undefined,
  ground: FaultGround,
): Promise<Json> {
  const { record, mark, state, where, at, ...settings } = placed.fault;
  const isAnywhere = [record, mark, state, where, at].every((one) => one === undefined);
  if (isAnywhere) return settings;
  if (at !== undefined && where === undefined) return { ...settings, at };
  const found = await firstReached(placed, before, ground);
  if (found === undefined) throw unplaced(placed, ground.file);
  return { ...settings, at: found };
}

async function firstReached(
  { fault, start }: PlacedFault<PortFault>,
  before: Transform | undefined,
  { batches }: FaultGround,
): Promise<Nanos | undefined> {
  const starting = new Starting(start);
  const where = fault.where === undefined ? undefined : compilePredicate(fault.where);
  const unchanged: Transform = (emit) => ({ take: emit, end() {} });
  for await (const records of transformed(batches(), before ?? unchanged)) {
    for (const { record, line } of records) {
      if (!starting.holds(record, line) || record.type === "header") continue;
      if (where === undefined) return starting.at(record);
      if (where(record)) return record.at ?? ZERO;
    }
  }
  return undefined;
}
