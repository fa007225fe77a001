import type { Said } from "../../replayer/divergence.ts";

/** Why an expectation is not met, and the record that broke it where there is one. */
export interface Breach {
  readonly why: string;
  readonly record?: Said;
}

/** An expectation at work: it hears all that is said, in order, and is asked at the end. */
export interface Rule {
  take(record: Said): void;
  /** `undefined`: it is met. */
  breach(): Breach | undefined;
}
