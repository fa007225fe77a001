import type { JsonObject } from "../../bytes/json.ts";
import type { Nanos } from "../../time/nanos.ts";
import type { Contradiction, HeardFrame } from "./heard-frame.ts";

/** A request that was heard and what has become of it so far: it waits for a reply, or it went without one. */
export interface Exchange {
  /** Counted since the tape began; a retry keeps the number of the request that it repeats. */
  readonly number: number;
  /** 1 for the first request, 2 for its first retry. */
  readonly attempt: number;
  readonly request: HeardFrame;
  readonly at: Nanos;
  /** Frames that failed on this wire while it waited: one of them may have been the reply. */
  faults: number;
  /** Bytes were lost while it waited: the reply may have been among them, so its absence proves nothing. */
  blind: boolean;
  /** Another attempt was answered: the same request later is a new one, not a retry. */
  settled: boolean;
}

/** What becomes of an exchange. Times are nanoseconds since the request of this attempt. */
export type Outcome =
  | { readonly state: "requested" }
  /** The same request again, while the one before it waits or after it went without a reply. */
  | { readonly state: "retried" }
  /** Unit 0 on a serial line: nobody answers. */
  | { readonly state: "broadcast" }
  | { readonly state: "answered"; readonly latency: number }
  | { readonly state: "refused"; readonly latency: number; readonly exception: number }
  /** Answered by its number, unit and function, but for another quantity, address or value. */
  | { readonly state: "contradicted"; readonly latency: number; readonly wrong: Contradiction }
  | { readonly state: "timed-out"; readonly waited: number; readonly faults?: number }
  /** The asking side went on to something else, where it can only wait for one reply at a time. */
  | { readonly state: "given-up"; readonly waited: number; readonly faults?: number }
  /** Answered after all, when it had timed out or been given up. */
  | { readonly state: "late"; readonly latency: number; readonly exception?: number }
  /** It will never be known whether it was answered. */
  | { readonly state: "cut-off"; readonly waited: number; readonly cause: "link" | "gap" | "end" };

/** A state of an exchange as it is printed: which exchange, what was asked, what became of it. */
export function stateOf({ number, attempt, request }: Exchange, { state, ...rest }: Outcome): JsonObject {
  return { type: "state", state, exchange: number, attempt, ...subjectOf(request), ...rest };
}

/**
 * Why a reply answers nothing: no request waits; what waits is for another unit, function or transaction; or bytes were lost
 * shortly before, so that the request may have been among them.
 */
export type UnsolicitedCause = "no-request" | "other-request" | "gap";

export function unsolicited(reply: HeardFrame, cause: UnsolicitedCause): JsonObject {
  return { type: "state", state: "unsolicited", ...subjectOf(reply), exception: reply.exception, cause };
}

function subjectOf({ transaction, unit, function: code, frame }: HeardFrame): JsonObject {
  return { transaction, unit, function: code, address: frame["address"], quantity: frame["quantity"] };
}
