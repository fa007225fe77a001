/** How a session was ended, or disturbed. */
export type Disturbance =
  /** `choice`: the how manieth of the possible cuts; of what was pending, so much was lost. */
  | {
      readonly type: "power-cut";
      readonly choice: number;
      readonly lost: number;
      readonly pending: number;
      readonly torn: boolean;
    }
  | { readonly type: "killed" }
  | { readonly type: "refused"; readonly code: string; readonly from: boolean };

/** One step to a state: in this session, after so many operations (`last` names the last), this happened. */
export interface Misfortune {
  readonly session: "first" | "restart";
  readonly operations: number;
  readonly last: string;
  readonly disturbance: Disturbance;
}
