import { type Nanos, nanos } from "../../time/nanos.ts";

/** Kinds of trouble after which another try makes sense; each has its own count. */
export const RETRY_KINDS = ["unreachable", "interrupted", "slow", "server", "range", "changed", "digest"] as const;
/** Those that progress makes up for; what is wrong with the file or the server's ranges does not get better by it. */
export const LINK_KINDS = ["unreachable", "interrupted", "slow", "server"] as const;
export type RetryKind = (typeof RETRY_KINDS)[number];

export interface RetryPolicy {
  /** How many tries may end with trouble of a kind, in a row without progress, before the download fails. At least 1. */
  readonly tries: Readonly<Record<RetryKind, number>>;
  /** The bound of the first wait, doubled with each further one of the kind, up to `longest`. */
  readonly first: Nanos;
  readonly longest: Nanos;
  /** The longest time that a server may ask us to wait. */
  readonly retryAfterMax: Nanos;
}

interface RetryFacts {
  readonly count: number;
  readonly draw: number;
  /** What the server asked for. */
  readonly asked: Nanos | undefined;
}

/**
 * How long to wait after the `count`th trouble (from 1): between half of the bound and all of it, as chance decides, so that a
 * thousand devices that lost one server do not come back at once. `draw` is a whole number from 0 to 2³²−1.
 */
export function retryWait(policy: RetryPolicy, { count, draw, asked }: RetryFacts): Nanos {
  const bound = Math.min(policy.longest, policy.first * 2 ** Math.min(count - 1, 32));
  const wait = Math.floor(bound / 2 + (bound / 2) * (draw / 0x1_0000_0000));
  return nanos(Math.max(wait, Math.min(asked ?? 0, policy.retryAfterMax)));
}
