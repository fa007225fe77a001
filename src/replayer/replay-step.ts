import type { TapeRecord } from "../tape/record.ts";
import type { Nanos } from "../time/nanos.ts";
import type { FedRecord } from "./feed.ts";

/** One advance of the subject: what it was fed, and what it said to that. */
export interface ReplayStep {
  readonly fed: readonly FedRecord[];
  /** `fed[i]` stands on line `lines[i]`. */
  readonly lines: readonly number[];
  readonly outputs: readonly TapeRecord[];
  /** Tape time now. */
  readonly at: Nanos;
}

/** What comes next. `stop`: only time goes on, until there. */
export type Upcoming =
  | { readonly type: "record"; readonly at: Nanos; readonly line: number; readonly record: FedRecord }
  | { readonly type: "deadline"; readonly at: Nanos }
  | { readonly type: "stop"; readonly at: Nanos };

/** How far one advance may go: to tape time `at`, feeding at most `count` records, all from lines before `line`. */
export interface Limit {
  readonly at?: Nanos;
  readonly line?: number;
  readonly count?: number;
}
