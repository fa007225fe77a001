import { millis, type Nanos, seconds } from "../../time/nanos.ts";
import type { RetryKind, RetryPolicy } from "./retry.ts";

/** What is kept of a download is known in pieces of this size, each by its digest. */
export const CHUNK_BYTES = 1024 * 1024;

/** What to get, and what is known of it beforehand. */
export interface DownloadPlan {
  /** Below the repository. */
  readonly path: string;
  /** `memory`: a small signed file, as one value. `file`: a payload, written as it comes and resumed after a restart. */
  readonly into: "memory" | "file";
  /** Its exact length, where something signed says so. */
  readonly size?: number;
  /** Nothing longer is read, whatever the server says. */
  readonly sizeMax: number;
  /** Its digest, where something signed says so. */
  readonly sha256?: string;
  /** What an earlier download left, and what of it is still right. */
  readonly resume?: ResumePoint;
  readonly limits: DownloadLimits;
}

/** How far a download has come that survives a restart: whole chunks, or all of it. */
export interface ResumePoint {
  /** A strong one, of the file that the chunks are from. */
  readonly etag?: string;
  readonly total?: number;
  readonly offset: number;
  /** SHA-256 of each chunk before `offset`, lower-case hex. */
  readonly chunks: readonly string[];
}

export interface DownloadLimits {
  /** From the request to the head of the answer. */
  readonly head: Nanos;
  /** Between two pieces of a body. */
  readonly idle: Nanos;
  /** A body that brings fewer bytes than these within the span is too slow. */
  readonly rate: { readonly bytes: number; readonly over: Nanos };
  /** For everything, waits included. */
  readonly total: Nanos;
  readonly retry: RetryPolicy;
  /** How many bytes may come before what is there is made to last. */
  readonly saveEvery: number;
}

const TRIES: Readonly<Record<RetryKind, number>> = {
  unreachable: 6,
  interrupted: 8,
  slow: 4,
  server: 6,
  range: 3,
  changed: 3,
  digest: 2,
};

export const DOWNLOAD_LIMITS: DownloadLimits = {
  head: seconds(30),
  idle: seconds(30),
  rate: { bytes: 8 * 1024, over: seconds(60) },
  total: seconds(24 * 3600),
  retry: { tries: TRIES, first: millis(1000), longest: seconds(300), retryAfterMax: seconds(3600) },
  saveEvery: 4 * CHUNK_BYTES,
};

/** Why a download was given up. A kind of trouble: it happened too often. */
export type DownloadFailure =
  | RetryKind
  | "not-found"
  | "forbidden"
  | "refused"
  | "redirect"
  | "too-long"
  | "time-limit"
  | "disk-full"
  | "io-error";
