import type { Nanos } from "../../time/nanos.ts";
import type { Announcer } from "./announcer.ts";
import type { FileOperation } from "./durable-fs.ts";
import type { Journal } from "./journal.ts";
import type { Offer } from "./offer.ts";
import type { StagingPlan } from "./stage.ts";
import type { TreeList, TreeRef } from "./tree-list.ts";
import type { UpdaterAsk } from "./updater-ask.ts";
import type { UpdaterConfig, UpdaterEnd, UpdaterOutput, UpdaterStateName, UpdaterStateSaid } from "./updater-talk.ts";

/** Where a session stands: what its one ask is for. Plain data. */
export type Phase =
  | { readonly name: "new" }
  // Whatever the command: look, and mend.
  | { readonly name: "reading" }
  | { readonly name: "mending"; readonly journal: Journal }
  // From an announcement to a tree that is complete beside the current one.
  | { readonly name: "describing" }
  | { readonly name: "announcing"; readonly announcer: unknown }
  | { readonly name: "keeping"; readonly step: Announced }
  | { readonly name: "measuring"; readonly offer: Offer; readonly cleared: boolean }
  | { readonly name: "making-room"; readonly offer: Offer; readonly journal: Journal }
  | { readonly name: "preparing"; readonly job: Job }
  | { readonly name: "downloading"; readonly job: Job }
  | { readonly name: "verifying"; readonly job: Job; readonly from: number }
  | { readonly name: "staging"; readonly job: Job; readonly left: readonly FileOperation[] }
  | { readonly name: "naming"; readonly job: Job; readonly journal: Journal }
  | { readonly name: "discarding"; readonly job: Job }
  | { readonly name: "clearing"; readonly end: UpdaterEnd }
  // From there to a tree that is confirmed.
  | { readonly name: "consenting"; readonly tree: TreeRef }
  | { readonly name: "listing"; readonly tree: TreeRef }
  | { readonly name: "rehashing"; readonly tree: TreeRef; readonly list: TreeList; readonly from: number }
  | { readonly name: "exiting"; readonly tree: TreeRef; readonly due: Nanos }
  | { readonly name: "switching"; readonly tree: TreeRef; readonly journal: Journal }
  | { readonly name: "counting"; readonly tree: TreeRef; readonly attempt: number; readonly journal: Journal }
  | { readonly name: "launching"; readonly tree: TreeRef; readonly attempt: number }
  | { readonly name: "probing"; readonly tree: TreeRef; readonly attempt: number; readonly due: Nanos }
  | { readonly name: "committing"; readonly tree: TreeRef; readonly journal: Journal }
  // Or back.
  | { readonly name: "leaving"; readonly back: WayBack; readonly due: Nanos }
  | { readonly name: "rolling-back"; readonly back: WayBack; readonly journal: Journal }
  // The end, well or not.
  | { readonly name: "cleaning"; readonly end: UpdaterEnd }
  | { readonly name: "relaunching"; readonly end: UpdaterEnd }
  | { readonly name: "ended" };

export type PhaseOf<N extends Phase["name"]> = Extract<Phase, { readonly name: N }>;

/** What an announcer came to. */
export type Announced =
  | { readonly type: "offer"; readonly offer: Offer }
  | { readonly type: "nothing" }
  | { readonly type: "refused"; readonly reason: string }
  | { readonly type: "failed"; readonly reason: string };

export interface Job {
  readonly plan: StagingPlan;
  /** What was fetched or installed has once proved to be something else: not a second time. */
  readonly again: boolean;
}

export interface WayBack {
  readonly from: TreeRef;
  readonly to: TreeRef;
  readonly reason: string;
}

export interface UpdaterState {
  readonly config: UpdaterConfig;
  phase: Phase;
  /** Asks so far; the number of the last. */
  asks: number;
  journal: Journal;
  /** Folders that are yet to be made, outer ones first. */
  missing: readonly string[];
  /** Names in `staging/objects`, and what the announcer kept. */
  objects: readonly string[];
  kept: string | undefined;
  /** What is installed, file by file. */
  base: TreeList | undefined;
  /** The application was stopped, or started, for us: in the end something must run. */
  responsible: boolean;
  cancelled: boolean;
  /** A write failed past the point of no return: why. What holds now is read from the disk, once. */
  doubt: string | undefined;
}

/** One step: what it works on, when it happens, and what it says. */
export interface Turn {
  readonly state: UpdaterState;
  readonly announcer: Announcer;
  readonly at: Nanos;
  readonly outputs: UpdaterOutput[];
}

export function ask({ state, outputs }: Turn, of: UpdaterAsk, phase: Phase): Phase {
  state.asks += 1;
  outputs.push({ type: "ask", ask: state.asks, of });
  return phase;
}

export function disk(turn: Turn, operations: readonly FileOperation[], phase: Phase): Phase {
  return ask(turn, { port: "disk", operations }, phase);
}

/** The answer to the last ask is not waited for any more. */
export function withdraw({ state, outputs }: Turn): void {
  outputs.push({ type: "withdraw", ask: state.asks });
  state.asks += 1;
}

export function say(turn: Turn, state: UpdaterStateName, what: Omit<UpdaterStateSaid, "type" | "state"> = {}): void {
  turn.outputs.push({ type: "state", state, ...what });
}

export function sayTree(turn: Turn, state: UpdaterStateName, { release, version }: TreeRef, reason?: string): void {
  say(turn, state, { release, version, ...(reason === undefined ? {} : { reason }) });
}

export function end(turn: Turn, said: UpdaterEnd): Phase {
  if (said.outcome === "failed" || said.outcome === "refused") say(turn, "failed", reasonOf(said));
  if (said.outcome === "inconsistent") say(turn, "inconsistent", reasonOf(said));
  turn.outputs.push(said);
  return { name: "ended" };
}

const reasonOf = ({ reason }: UpdaterEnd): { reason?: string } => (reason === undefined ? {} : { reason });

export const failed = (reason: string): UpdaterEnd => ({ type: "end", outcome: "failed", reason });
