import type { JsonObject } from "../../bytes/json.ts";
import type { WantedObject } from "../update/updater-ask.ts";
import type { DownloadFailure, DownloadLimits } from "./download-plan.ts";
import type { DownloadState } from "./download-state.ts";
import type { TransferAnswer, TransferAsk } from "./transfer-ask.ts";

/** What is to be fetched. */
export type FetchTask =
  /** A small signed file, into memory. */
  | { readonly type: "metadata"; readonly path: string; readonly sizeMax: number }
  /** Payloads, each to `staging/objects/<sha256>`, under that name only when whole. */
  | { readonly type: "objects"; readonly objects: readonly WantedObject[] };

export interface FetchConfig {
  readonly task: FetchTask;
  /** Where the repository is, without user, password and query: kept with what was downloaded of it. */
  readonly location: string;
  readonly limits: DownloadLimits;
  /** The number of the last request of this session. */
  readonly requests: number;
}

export type FetchInput = { readonly type: "begin" } | { readonly type: "answer"; readonly answer: TransferAnswer };

export type FetchOutput =
  /** Answered before there is another one. */
  | { readonly type: "ask"; readonly of: TransferAsk }
  /** Nothing more of that request; if an ask for it is open, it will not be answered. */
  | { readonly type: "hang-up"; readonly request: number }
  /** What a person may want to know: trouble, waits, going on where it stopped. */
  | { readonly type: "note"; readonly note: JsonObject }
  | { readonly type: "progress"; readonly done: number; readonly total: number }
  | { readonly type: "done"; readonly bytes?: Uint8Array }
  | { readonly type: "failed"; readonly failure: DownloadFailure; readonly detail: string };

/** Plain data. */
export interface FetchState {
  readonly config: FetchConfig;
  requests: number;
  /** Asks that wait for the one that is open. */
  queue: QueuedAsk[];
  open: QueuedAsk | undefined;
  download: DownloadState | undefined;
  objects: ObjectsState;
  over: boolean;
}

/** Who hears the answer: the download, the walk over the objects, or nobody, unless it failed. */
export interface QueuedAsk {
  readonly of: TransferAsk;
  readonly by: "download" | "objects" | "nobody";
}

export interface ObjectsState {
  /** Which one it is at. */
  index: number;
  step:
    | "looking"
    | "tidying"
    | "checking"
    | "discarding"
    | "recalling"
    | "comparing"
    | "cutting"
    | "downloading"
    | "placing";
  /** Bytes of those before. */
  done: number;
  total: number;
  /** Names in `staging/objects` and `staging/parts` that were there at the start. */
  present: readonly string[];
  parts: readonly string[];
  recalled: Recalled | undefined;
}

/** What an earlier download left to go on from. */
export interface Recalled {
  readonly url: string;
  readonly etag?: string | undefined;
  readonly chunks: readonly string[];
}
