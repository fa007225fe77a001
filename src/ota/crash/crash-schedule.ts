import type { JsonObject } from "../../bytes/json.ts";
import type { Session } from "../../machine/machine.ts";
import { ZERO } from "../../time/nanos.ts";
import type { UpdaterCommand } from "../update/updater-talk.ts";
import { cuts } from "./cuts.ts";
import type { ModelDisk } from "./model-disk.ts";
import { type ModelEnd, runModelSession } from "./model-session.ts";
import { faultOf, faultOfRestart, isAfter, type Promised } from "./oracle.ts";
import { PLANTED_FAULTS } from "./planted-fault.ts";
import type { CrashScheduleOptions, PlannedMisfortune } from "./schema.ts";
import type { Trial } from "./trial.ts";
import { trialNamed } from "./trials.ts";
import { isWriting, Watched } from "./watched-disk.ts";

/**
 * A bad hour of a device, as a subject: at the beginning of the tape it goes through one schedule of cuts, kills and refused operations
 * on the model of a disk, and says what came of each. What breaks the law of the crash map comes out as a fault.
 */
export const crashSchedule: Session<CrashScheduleOptions, { readonly options: CrashScheduleOptions; done: boolean }> = {
  name: "crash-schedule",
  initial: (options) => ({ options, done: false }),
  step(state, input) {
    if (input.type !== "elapsed" || state.done) return { state, outputs: [] };
    state.done = true;
    return { state, outputs: play(state.options).map((value) => ({ type: "say", value })) };
  },
  deadline: ({ done }) => (done ? undefined : ZERO),
};

function play({ trial, planted, schedule }: CrashScheduleOptions): JsonObject[] {
  const through = planted === undefined ? undefined : PLANTED_FAULTS[planted];
  const run = new ScheduleRun(through === undefined ? trialNamed(trial) : { ...trialNamed(trial), through });
  run.play(schedule);
  return run.said;
}

class ScheduleRun {
  readonly said: JsonObject[] = [];
  private readonly trial: Trial;
  private disk: ModelDisk;
  private promised: Promised;

  constructor(trial: Trial) {
    this.trial = trial;
    this.disk = trial.disk;
  }

  /** A refusal belongs to the session that is cut after it; everything else ends its session. */
  play(schedule: readonly PlannedMisfortune[]): void {
    let refusal: PlannedMisfortune | undefined;
    for (const [index, step] of schedule.entries()) {
      const command = step.session === "first" ? this.trial.command : this.trial.restart;
      if (step.disturbance.type === "refused") refusal = step;
      if (step.disturbance.type === "refused" && index < schedule.length - 1) continue;
      this.session(command, step, refusal);
      refusal = undefined;
    }
    this.judge(faultOf(this.disk, this.trial.law, this.promised));
    const { end } = this.session(this.trial.restart, undefined, undefined);
    this.judge(faultOfRestart(end, this.disk, this.trial.law, this.promised));
    const { writes } = this.session({ name: "recover" }, undefined, undefined).watched;
    this.judge(writes > 0 ? "a second recovery finds something to do" : undefined);
  }

  private session(
    command: UpdaterCommand,
    step: PlannedMisfortune | undefined,
    refusal: PlannedMisfortune | undefined,
  ): { end: ModelEnd; watched: Watched } {
    const { updater, policy, world, through } = this.trial;
    let left: { readonly disk: ModelDisk; readonly promised: Promised } | undefined;
    const watched: Watched = new Watched(
      this.disk.clone(),
      (now) => {
        if (step === undefined || now.operations !== step.operations) return;
        // What the session does from here on happens nowhere.
        left ??= { disk: disturbed(now.disk, step), promised: now.promised };
        this.say({ type: "state", state: step.disturbance.type, after: now.last });
      },
      (asked, count) => refusalOf(refusal, count, isWriting(asked)),
    );
    watched.promised = this.promised;
    const disk = through === undefined ? watched : through(watched);
    const end = runModelSession(updater, { command, policy }, { disk, world, hears: (output) => watched.hear(output) });
    const isCut = left !== undefined && step?.disturbance.type !== "refused";
    this.disk = isCut && left !== undefined ? left.disk : watched.disk;
    this.promised = isCut && left !== undefined ? left.promised : watched.promised;
    if (!isCut) this.say(endValue(command, end, isAfter(this.disk, this.trial.law)));
    return { end, watched };
  }

  private judge(problem: string | undefined): void {
    if (problem !== undefined) this.say({ type: "fault", fault: problem });
  }

  private say(value: JsonObject): void {
    this.said.push(value);
  }
}

function disturbed(disk: ModelDisk, { disturbance }: PlannedMisfortune): ModelDisk {
  if (disturbance.type !== "power-cut") return disk.clone();
  const possible = [...cuts(disk)];
  return (possible[disturbance.choice] ?? possible[0])?.disk ?? disk.clone();
}

function refusalOf(step: PlannedMisfortune | undefined, count: number, writing: boolean): string | undefined {
  if (step?.disturbance.type !== "refused") return undefined;
  const { code, from } = step.disturbance;
  return count === step.operations || (from && writing && count > step.operations) ? code : undefined;
}

function endValue({ name }: UpdaterCommand, end: ModelEnd, isNew: boolean): JsonObject {
  const outcome = end.type === "end" ? end.outcome : "endless";
  return { type: "state", state: "ended", session: name, outcome, current: isNew ? "new" : "old" };
}
