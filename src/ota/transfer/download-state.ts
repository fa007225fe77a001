import type { Nanos } from "../../time/nanos.ts";
import type { DownloadFailure, DownloadPlan, ResumePoint } from "./download-plan.ts";
import type { ResponseHead } from "./response-head.ts";
import type { RetryKind } from "./retry.ts";
import type { Trouble } from "./transport.ts";

/** What the downloader is told. `request` says which request an answer belongs to; answers to an earlier one are passed over. */
export type DownloadInput =
  | { readonly type: "start" }
  | { readonly type: "head"; readonly request: number; readonly head: ResponseHead }
  /** The next piece of the body, as `read` asked; `bytes` only if it goes into memory. */
  | { readonly type: "piece"; readonly request: number; readonly length: number; readonly bytes?: Uint8Array }
  /** The body is over, as far as HTTP can tell. */
  | { readonly type: "end"; readonly request: number }
  | { readonly type: "broken"; readonly request: number; readonly trouble: Trouble; readonly detail: string }
  /** The piece is in the file; the digests of the chunks that it made whole (at the end: of the last, shorter one). */
  | { readonly type: "written"; readonly chunks: readonly string[] }
  | { readonly type: "saved" }
  | { readonly type: "drawn"; readonly draw: number }
  | { readonly type: "digested"; readonly sha256: string }
  /** `write`, `save`, `rewind` or `digest` failed. */
  | { readonly type: "file-failed"; readonly failure: "disk-full" | "io-error"; readonly detail: string };

/** What it says. At most one of those that are answered is open at any time. */
export type DownloadOutput =
  /** Answered by `head` or `broken`. */
  | {
      readonly type: "request";
      readonly request: number;
      readonly path: string;
      readonly from?: number;
      readonly ifRange?: string;
    }
  /** Give me the next piece: `piece`, `end` or `broken`. */
  | { readonly type: "read"; readonly request: number }
  /** Nothing more of that request. Not answered. */
  | { readonly type: "cancel"; readonly request: number }
  /** Put the piece that was read last into the file: `written`. `last` if the file is then whole. */
  | { readonly type: "write"; readonly offset: number; readonly length: number; readonly last: boolean }
  /** Empty the file, before the next `write`. Not answered, unless it fails. */
  | { readonly type: "rewind" }
  /** Sync the file, then keep this where a restart finds it: `saved`. */
  | { readonly type: "save"; readonly point: ResumePoint }
  /** Draw a whole number from 0 to 2³²−1: `drawn`. */
  | { readonly type: "draw" }
  /** Sync the file and tell its SHA-256: `digested`. */
  | { readonly type: "digest" }
  | { readonly type: "trouble"; readonly trouble: RetryKind; readonly count: number; readonly detail: string }
  | { readonly type: "wait"; readonly span: Nanos }
  /** At most once for each hundredth of the way. */
  | { readonly type: "progress"; readonly received: number; readonly total: number }
  | { readonly type: "done"; readonly size: number; readonly sha256: string; readonly bytes?: Uint8Array }
  | { readonly type: "failed"; readonly failure: DownloadFailure; readonly detail: string };

/** Where it goes on once what is there has been made to last. */
export type AfterSave =
  | { readonly type: "read" }
  | { readonly type: "retry"; readonly kind: RetryKind; readonly asked: Nanos | undefined }
  | { readonly type: "fail"; readonly failure: DownloadFailure; readonly detail: string };

export type DownloadPhase =
  | { readonly type: "idle" }
  | { readonly type: "asking"; readonly due: Nanos }
  | { readonly type: "reading"; readonly due: Nanos }
  | { readonly type: "writing"; readonly length: number; readonly since: Nanos }
  | { readonly type: "saving"; readonly since: Nanos; readonly next: AfterSave }
  | { readonly type: "drawing"; readonly kind: RetryKind; readonly asked: Nanos | undefined }
  | { readonly type: "waiting"; readonly until: Nanos }
  | { readonly type: "digesting" }
  | { readonly type: "over" };

/** Plain data; changed in place by `download.step`. */
export interface DownloadState {
  readonly plan: DownloadPlan;
  phase: DownloadPhase;
  /** When the whole download has taken too long. */
  overall: Nanos | undefined;
  request: number;
  /** Bytes of the file that are there. */
  offset: number;
  chunks: string[];
  /** How many of the chunks would survive a restart. */
  savedChunks: number;
  etag: string | undefined;
  total: number | undefined;
  /** Whether the next request may name a range. */
  ranges: boolean;
  counts: Partial<Record<RetryKind, number>>;
  /** The span over which the rate is measured now. */
  rateDue: Nanos;
  rateBytes: number;
  pieces: Uint8Array[];
  hundredth: number;
}
