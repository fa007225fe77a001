import type { TapeRecord } from "../tape/record.ts";

/** A record and the line of its tape on which it stands (lines count from 1; 0: on none). */
export interface Placed<R extends TapeRecord = TapeRecord> {
  readonly line: number;
  readonly record: R;
}
