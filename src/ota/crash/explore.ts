import type { FileAnswer, FileOperation } from "../update/durable-fs.ts";
import type { Updater } from "../update/updater.ts";
import type { UpdatePolicy, UpdaterCommand, UpdaterOutput } from "../update/updater-talk.ts";
import { cuts } from "./cuts.ts";
import type { ModelDisk } from "./model-disk.ts";
import { type ModelEnd, type ModelWorld, type Performs, runModelSession } from "./model-session.ts";
import { faultOf, faultOfRestart, type Law, type Promised } from "./oracle.ts";

/** What is put to the test: a session on a disk, and how the device goes on when it is started again. */
export interface Trial {
  readonly name: string;
  readonly disk: ModelDisk;
  readonly updater: Updater;
  readonly world: ModelWorld;
  readonly policy: UpdatePolicy;
  readonly command: UpdaterCommand;
  readonly restart: UpdaterCommand;
  readonly law: Law;
  /** Stands between the updater and the disk: where a fault of the updater itself is planted. */
  readonly through?: (disk: Performs) => Performs;
}

/** How a session was ended, or disturbed. */
export type Disturbance =
  | { readonly type: "power-cut"; readonly lost: number; readonly pending: number; readonly torn: boolean }
  | { readonly type: "killed" }
  | { readonly type: "refused"; readonly code: string; readonly from: boolean };

/** One step to a state: in this session, after so many operations (the last of which is named), this happened. */
export interface Misfortune {
  readonly session: "first" | "restart";
  readonly operations: number;
  readonly last: FileOperation | undefined;
  readonly disturbance: Disturbance;
}

export interface BadState {
  readonly problem: string;
  readonly schedule: readonly Misfortune[];
}

export interface Explored {
  /** File operations of the undisturbed session. */
  readonly operations: number;
  /** Cuts that were made: each moment, with each thing that may have survived. */
  readonly cuts: number;
  /** Those of them that were made in a restart. */
  readonly recoveryCuts: number;
  /** Operations that were made to fail. */
  readonly refusals: number;
  /** Different disks that came of it; from each a restart was made, and cut in its turn. */
  readonly states: number;
  /** At most `BAD_MAX`, those with the shortest schedules. */
  readonly bad: readonly BadState[];
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
  /** Disks at work, of which every cut has been made: how many those were. */
  private readonly cutBefore = new Map<string, number>();
  private states: State[] = [];
  private readonly bad: BadState[] = [];
  private cutsMade = 0;
  private recoveryCuts = 0;
  private refusals = 0;

  constructor(trial: Trial) {
    this.trial = trial;
  }

  run(): Explored {
    const { disk } = this.trial;
    const first = new Watched(disk.clone(), (watched) => this.interrupt(watched, "first", undefined));
    const end = this.session(first, this.trial.command, undefined);
    this.judgeEnd(end, first, undefined);
    this.refuse(first.operations);
    for (let index = 0; index < this.states.length && this.bad.length < BAD_MAX; index += 1) {
      const state = this.states[index];
      if (state !== undefined) this.restart(state);
    }
    const { cutsMade: cutsCount, recoveryCuts, refusals } = this;
    const states = this.known.size;
    return { operations: first.operations, cuts: cutsCount, recoveryCuts, refusals, states, bad: this.bad };
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
    this.judge(state.disk, state.promised, state.trail);
    const watched = new Watched(state.disk.clone(), (after) => this.interrupt(after, "restart", state.trail));
    watched.promised = state.promised;
    const end = this.session(watched, trial.restart, state.promised);
    const problem = faultOfRestart(end, watched.disk, trial.law, watched.promised);
    if (problem !== undefined) this.blame(problem, state.trail);
    this.secondRestart(watched, state.trail);
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
    const count = this.cutBefore.get(key) ?? this.cut(watched, session, before);
    this.cutBefore.set(key, count);
    this.cutsMade += count;
    if (session === "restart") this.recoveryCuts += count;
  }

  private cut(watched: Watched, session: Misfortune["session"], before: Trail | undefined): number {
    const { disk, operations, last, promised } = watched;
    const { pending } = disk;
    const trail = (disturbance: Disturbance): Trail => ({ step: { session, operations, last, disturbance }, before });
    let count = 0;
    for (const cut of cuts(disk)) {
      count += 1;
      this.reach(cut.disk, promised, () => {
        const torn = cut.survivors.some((survivor) => !pending.includes(survivor));
        return trail({ type: "power-cut", lost: pending.length - cut.survivors.length, pending: pending.length, torn });
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

function isWriting({ do: what }: FileOperation): boolean {
  return what !== "list" && what !== "read" && what !== "digest" && what !== "space";
}

/** A disk whose operations are counted, watched, and made to fail. */
class Watched implements Performs {
  readonly disk: ModelDisk;
  operations = 0;
  writes = 0;
  last: FileOperation | undefined;
  promised: Promised;
  private readonly after: (watched: Watched) => void;
  private readonly refusal: (operation: FileOperation, count: number) => string | undefined;

  constructor(
    disk: ModelDisk,
    after: (watched: Watched) => void,
    refusal: (operation: FileOperation, count: number) => string | undefined = () => undefined,
  ) {
    this.disk = disk;
    this.after = after;
    this.refusal = refusal;
  }

  perform(operation: FileOperation): FileAnswer {
    this.operations += 1;
    this.last = operation;
    if (isWriting(operation)) this.writes += 1;
    const code = this.refusal(operation, this.operations);
    const answer = code === undefined ? this.disk.perform(operation) : refused(this.disk, operation, code);
    this.after(this);
    return answer;
  }

  /** What is said before an operation holds from then on, whatever happens. */
  hear(output: UpdaterOutput): void {
    if (output.type !== "state") return;
    if (output.state === "committed") this.promised = "after";
    if (output.state === "rolled-back") this.promised = "before";
  }
}

/** What fails may have been done in part. */
function refused(disk: ModelDisk, operation: FileOperation, failed: string): FileAnswer {
  if (failed === "EIO" && (operation.do === "sync" || operation.do === "sync-folder")) disk.failSync(operation.path);
  if (failed === "ENOSPC" && (operation.do === "append" || operation.do === "create")) {
    disk.perform({ ...operation, text: operation.text.slice(0, operation.text.length / 2) });
  }
  return { failed };
}
