import type { Offer } from "./offer.ts";
import type { PointerKind } from "./pointer.ts";
import type { UpdaterAnswer, UpdaterAsk } from "./updater-ask.ts";

/** The states that a device reports. Those without a way on (`committed`, `rolled-back`, `failed`, `inconsistent`) end a session. */
export type UpdaterStateName =
  | "idle"
  | "checking"
  | "downloading"
  | "verifying"
  | "staging"
  | "waiting-for-exit"
  | "switching"
  | "launching"
  | "confirming"
  | "committed"
  | "rolling-back"
  | "rolled-back"
  | "failed"
  | "inconsistent";

/** What a session is for. Each begins by mending what the last one left. */
export type UpdaterCommand =
  /** Asks for a release and takes it as far as the policy goes. */
  | { readonly name: "update" }
  /** Goes on with what the journal holds, without a network: what a device does when it starts, and the external updater. */
  | { readonly name: "resume" }
  /** It is healthy: keep it. Said by the application, or by a person. */
  | { readonly name: "confirm" }
  /** Back to the version before, by a person's wish, confirmed or not. */
  | { readonly name: "rollback" }
  /** The first one, into a folder that holds nothing yet. */
  | { readonly name: "install"; readonly offer: Offer }
  /** Mends, and nothing more. */
  | { readonly name: "recover" };

export interface UpdaterConfig {
  readonly command: UpdaterCommand;
  readonly policy: UpdatePolicy;
}

export interface UpdatePolicy {
  /** Starts that an unconfirmed version gets; then it is rolled back. At least 1. */
  readonly startsMax: number;
  /** Trees that stay on the disk, the current one counted: 2 is A/B. */
  readonly keep: number;
  readonly pointer: PointerKind;
  /** `application`: a staged version waits for `resume`, which another process says. `here`: this session goes on itself. */
  readonly switchedBy: "here" | "application";
  /** `probe`: the health port says when to confirm. `told`: the session ends unconfirmed, and `confirm` must come. */
  readonly health: "probe" | "told";
  readonly exitTimeoutMs: number;
  readonly healthTimeoutMs: number;
  /** Room that must be left on the disk beyond what the update takes. */
  readonly slackBytes: number;
}

export const DEFAULT_POLICY: UpdatePolicy = {
  startsMax: 3,
  keep: 2,
  pointer: "link",
  switchedBy: "here",
  health: "probe",
  exitTimeoutMs: 60_000,
  healthTimeoutMs: 60_000,
  slackBytes: 4 * 1024 * 1024,
};

export type UpdaterInput =
  /** The session begins. First, and once. */
  | { readonly type: "begin" }
  | { readonly type: "answer"; readonly ask: number; readonly answer: UpdaterAnswer }
  /** Something to show while an ask is on its way; changes nothing. */
  | { readonly type: "progress"; readonly ask: number; readonly done: number; readonly total: number }
  /** Stop where that leaves things whole; before the switch it gives the update up. */
  | { readonly type: "cancel" };

export type UpdaterOutput =
  | { readonly type: "ask"; readonly ask: number; readonly of: UpdaterAsk }
  /** The answer of that ask is not wanted any more. */
  | { readonly type: "withdraw"; readonly ask: number }
  | UpdaterStateSaid
  | { readonly type: "progress"; readonly state: UpdaterStateName; readonly done: number; readonly total: number }
  /** Last, and once. */
  | UpdaterEnd;

export interface UpdaterStateSaid {
  readonly type: "state";
  readonly state: UpdaterStateName;
  readonly release?: number;
  readonly version?: string;
  /** How often the unconfirmed version has been started, this one counted. */
  readonly attempt?: number;
  readonly reason?: string;
}

export interface UpdaterEnd {
  readonly type: "end";
  readonly outcome: UpdateOutcome;
  readonly reason?: string;
}

export type UpdateOutcome =
  /** Nothing newer, or nothing to do. */
  | "nothing"
  /** Complete beside the current version; `resume` switches. */
  | "staged"
  /** Switched and started; `confirm` must come. */
  | "unconfirmed"
  | "committed"
  | "rolled-back"
  /** The announcement was refused: signature, expiry, wrong device, going back, … */
  | "refused"
  /** Given up; the version before is untouched. */
  | "failed"
  /** Neither version can be vouched for. */
  | "inconsistent";
