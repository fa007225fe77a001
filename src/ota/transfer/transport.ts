import type { ResponseHead } from "./response-head.ts";

/** One thing to get of a repository. */
export interface TransportRequest {
  /** Below the repository: `objects/<sha256>`, with `/`, without a leading one. */
  readonly path: string;
  /** Get the bytes from here on. Absent: everything, without a `Range`. */
  readonly from?: number;
  /** The strong entity tag that the bytes before `from` had: if it has changed, everything is to come (`If-Range`). */
  readonly ifRange?: string;
}

/** Why there is no answer, or why it broke off. */
export const TROUBLES = ["unreachable", "interrupted", "redirect", "protocol"] as const;
export type Trouble = (typeof TROUBLES)[number];

/** The other end could not be reached, or the connection was lost. Anything else that a transport throws is a bug. */
export class TransportTrouble extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "TransportTrouble";
    this.trouble = trouble;
  }
}

export interface TransportResponse {
  readonly head: ResponseHead;
  /** Pieces of at most 64 KiB, read when they are asked for. Throws TransportTrouble; leaving it closes the connection. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Where a repository is reached: over HTTP, in a folder, in a simulation. */
export interface Transport extends Disposable {
  /** Where it is, for a person and for the record of a download: without user, password and query. */
  readonly location: string;
  /**
   * Resolves with the head of the answer, whatever its status.
   * @throws TransportTrouble; the signal's reason
   */
  get(request: TransportRequest, signal: AbortSignal): Promise<TransportResponse>;
}
