/** What a scenario says of the outcome that it is to have. */
export interface Declared {
  /** It must fail, hang, crash or be unstable; a run in which it does not is not to be trusted. */
  readonly canary?: Canary;
  /** Somebody knows that it fails and is to mend it until a day. */
  readonly quarantine?: Quarantine;
}

export const CANARIES = ["fails", "hangs", "crashes", "unstable"] as const;
export type Canary = (typeof CANARIES)[number];

export type Quarantine = {
  readonly owner: string;
  readonly reason: string;
  /** The last day on which it holds, as `2026-12-31` (UTC). */
  readonly until: string;
};
