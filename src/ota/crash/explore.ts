import type { UpdaterCommand } from "../update/updater-talk.ts";
import { cuts } from "./cuts.ts";
import type { Disturbance, Misfortune } from "./misfortune.ts";
import type { ModelDisk } from "./model-disk.ts";
import { type ModelEnd, runModelSession } from "./model-session.ts";
import { faultOf, faultOfRestart, isAfter, type Promised } from "./oracle.ts";
import type { Trial } from "./trial.ts";
import { isWriting, Watched } from "./watched-disk.ts";

export interface BadState {
  readonly problem: string;
  readonly schedule: readonly Misfortune[];
}

export interface Explored {
  /** File operations of the undisturbed session. */
  readonly operations: number;
  /** Cuts that were made: each different disk at work, with each thing that may have survived. */
  readonly cuts: number;
  /** Those of them that were made in a restart. */
  readonly recoveryCuts: number;
  /** Operations that were made to fail. */
  readonly refusals: number;
  /** Different disks that came of it; from each a restart was made, and cut in its turn. */
  readonly states: number;
  /** At most `BAD_MAX`, those with the shortest schedules. */
  readonly bad: readonly BadState[];
  /** The undisturbed session, operation by operation. */
  readonly moments: readonly Moment[];
}

/** What became of the device when it was cut or killed right after an operation. */
export interface Moment {
  readonly operation: string;
  /** Different disks that were left, and where restarts from them ended. */
  before: number;
  after: number;
  bad: number;
}

const BAD_MAX = 10;

interface State {
  readonly disk: ModelDisk;
  readonly promised: Promised;
  readonly trail: Trail;
}

interface Trail {
  readonly step: Misfortune;
  readonly before: Trail | undefined;
}

/**
 * Tries everything that can happen to a session, and to each restart after it, until nothing new comes: breadth first, so the first
 * bad state that is found has the shortest schedule.
 */
export function explore(trial: Trial): Explored {
  return new Exploration(trial).run();
}

class Exploration {
  private readonly trial: Trial;
  private readonly known = new Set<string>();
  /** Disks at work, of which every cut has been made: what else they could become is known. */
  private readonly cutBefore = new Set<string>();
  private states: State[] = [];
  private readonly bad: BadState[] = [];
  private cutsMade = 0;
  private recoveryCuts = 0;
  private refusals = 0;
  private readonly moments: Moment[] = [];

  constructor(trial: Trial) {
    this.trial = trial;
  }

  run(): Explored {
    const { disk } = this.trial;
    const first = new Watched(disk.clone(), (watched) => {
      this.moments.push({ operation: watched.last, before: 0, after: 0, bad: 0 });
      this.interrupt(watched, "first", undefined);
    });
    const end = this.session(first, this.trial.command, undefined);
    this.judgeEnd(end, first, undefined);
    this.refuse(first.operations);
    for (let index = 0; index < this.states.length && this.bad.length < BAD_MAX; index += 1) {
      const state = this.states[index];
      if (state !== undefined) this.restart(state);
    }
    const { cutsMade, recoveryCuts, refusals, bad, moments } = this;
    const states = this.known.size;
    return { operations: first.operations, cuts: cutsMade, recoveryCuts, refusals, states, bad, moments };
  }

  /** Every operation of the session fails once, in every way; and from each on the disk stays full. */
  private refuse(operations: number): void {
    for (let operation = 1; operation <= operations; operation += 1) {
      for (const { code, from } of REFUSALS) this.refuseAt(operation, code, from);
    }
  }

  private refuseAt(operation: number, code: string, from: boolean): void {
    this.refusals += 1;
    const disturbance: Disturbance = { type: "refused", code, from };
    const step = ({ operations, last }: Watched): Trail => {
      return { step: { session: "first", operations, last, disturbance }, before: undefined };
    };
    let trail: Trail | undefined;
    const watched: Watched = new Watched(
      this.trial.disk.clone(),
      (after) => {
        if (after.operations < operation) return;
        trail ??= step(after);
        this.interrupt(after, "first", trail);
      },
      (asked, count) => (count === operation || (from && count > operation && isWriting(asked)) ? code : undefined),
    );
    const end = this.session(watched, this.trial.command, undefined);
    this.judge(watched.disk, watched.promised, trail ?? step(watched));
    if (end.type === "endless") this.blame("the session does not end", trail);
  }

  private restart(state: State): void {
    const { trial } = this;
    const badBefore = this.bad.length;
    this.judge(state.disk, state.promised, state.trail);
    const watched = new Watched(state.disk.clone(), (after) => this.interrupt(after, "restart", state.trail));
    watched.promised = state.promised;
    const end = this.session(watched, trial.restart, state.promised);
    const problem = faultOfRestart(end, watched.disk, trial.law, watched.promised);
    if (problem !== undefined) this.blame(problem, state.trail);
    this.secondRestart(watched, state.trail);
    this.tally(state.trail, this.bad.length > badBefore, watched.disk);
  }

  private tally({ step, before }: Trail, isBad: boolean, disk: ModelDisk): void {
    const moment = this.moments[step.operations - 1];
    if (moment === undefined || before !== undefined || step.disturbance.type === "refused") return;
    if (isBad) moment.bad += 1;
    else if (isAfter(disk, this.trial.law)) moment.after += 1;
    else moment.before += 1;
  }

  /** What has recovered has nothing to recover from. */
  private secondRestart(first: Watched, trail: Trail): void {
    const again = new Watched(first.disk.clone(), () => {});
    this.session(again, { name: "recover" }, first.promised);
    if (again.writes > 0) this.blame("a second recovery finds something to do", trail);
  }

  private session(watched: Watched, command: UpdaterCommand, promised: Promised): ModelEnd {
    const { updater, policy, world, through } = this.trial;
    watched.promised = promised;
    const disk = through === undefined ? watched : through(watched);
    return runModelSession(updater, { command, policy }, { disk, world, hears: (output) => watched.hear(output) });
  }

  /** After an operation: the power goes, or the process is killed. */
  private interrupt(watched: Watched, session: Misfortune["session"], before: Trail | undefined): void {
    const key = `${watched.promised ?? ""}\n${watched.disk.key()}`;
    if (this.cutBefore.has(key)) return;
    this.cutBefore.add(key);
    const count = this.cut(watched, session, before);
    this.cutsMade += count;
    if (session === "restart") this.recoveryCuts += count;
  }

  private cut(watched: Watched, session: Misfortune["session"], before: Trail | undefined): number {
    const { disk, operations, last, promised } = watched;
    const { pending } = disk;
    const trail = (disturbance: Disturbance): Trail => ({ step: { session, operations, last, disturbance }, before });
    let count = 0;
    for (const cut of cuts(disk)) {
      const choice = count;
      count += 1;
      this.reach(cut.disk, promised, () => {
        const torn = cut.survivors.some((survivor) => !pending.includes(survivor));
        const lost = pending.length - cut.survivors.length;
        return trail({ type: "power-cut", choice, lost, pending: pending.length, torn });
      });
    }
    if (pending.length === 0 || session === "restart") return count;
    this.reach(disk, promised, () => trail({ type: "killed" }));
    return count + 1;
  }

  private reach(disk: ModelDisk, promised: Promised, trail: () => Trail): void {
    const key = `${promised ?? ""}\n${disk.key()}`;
    if (this.known.has(key)) return;
    this.known.add(key);
    this.states.push({ disk: disk.clone(), promised, trail: trail() });
  }

  private judgeEnd(end: ModelEnd, watched: Watched, trail: Trail | undefined): void {
    const problem = faultOfRestart(end, watched.disk, this.trial.law, watched.promised);
    if (problem !== undefined) this.blame(problem, trail);
  }

  private judge(disk: ModelDisk, promised: Promised, trail: Trail): void {
    const problem = faultOf(disk, this.trial.law, promised);
    if (problem !== undefined) this.blame(problem, trail);
  }

  private blame(problem: string, trail: Trail | undefined): void {
    const schedule: Misfortune[] = [];
    for (let step = trail; step !== undefined; step = step.before) schedule.unshift(step.step);
    this.bad.push({ problem, schedule });
  }
}

const REFUSALS = [
  { code: "ENOSPC", from: false },
  { code: "EIO", from: false },
  { code: "EMFILE", from: false },
  { code: "ENOSPC", from: true },
] as const;
