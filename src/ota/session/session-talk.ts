import type { JsonObject } from "../../bytes/json.ts";
import type { DownloadLimits } from "../transfer/download-plan.ts";
import type { TransferAnswer, TransferAsk } from "../transfer/transfer-ask.ts";
import type { UpdaterAnswer, UpdaterAsk } from "../update/updater-ask.ts";
import type { UpdaterConfig, UpdaterEnd, UpdaterOutput } from "../update/updater-talk.ts";

// An update session is the updater together with its downloads, as one machine: what it wants of the world is whole on its tape,
// down to each request and each operation on the disk.

export interface SessionConfig {
  readonly updater: UpdaterConfig;
  /** Where the repository is, without user, password and query. */
  readonly location: string;
  readonly limits: DownloadLimits;
}

/** What the updater leaves to its downloads. */
type Fetched = "metadata" | "objects";

export type SessionAsk = Exclude<UpdaterAsk, { readonly port: Fetched }> | TransferAsk;
export type SessionAnswer = Exclude<UpdaterAnswer, { readonly port: Fetched }> | TransferAnswer;

export type SessionInput =
  | { readonly type: "begin" }
  | { readonly type: "answer"; readonly ask: number; readonly answer: SessionAnswer }
  | { readonly type: "cancel" };

export type SessionOutput =
  | { readonly type: "ask"; readonly ask: number; readonly of: SessionAsk }
  /** The answer of that ask is not wanted any more. */
  | { readonly type: "withdraw"; readonly ask: number }
  /** Nothing more of that request: its connection can be closed. */
  | { readonly type: "hang-up"; readonly request: number }
  | Extract<UpdaterOutput, { readonly type: "state" | "progress" }>
  /** What a person may want to know of the transfer. */
  | { readonly type: "note"; readonly note: JsonObject }
  /** These are whole in `staging/objects`. */
  | { readonly type: "fetched"; readonly objects: readonly string[] }
  | UpdaterEnd;
