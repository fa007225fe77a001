import type { RawRecord, TapeRecord } from "../tape/record.ts";
import type { Nanos } from "../time/nanos.ts";
import type { Divergence } from "./divergence.ts";
import type { Placed } from "./placed.ts";

/**
 * Checks what a participant sends against what the tape has in its place. Every answer is the first divergence, and
 * stays the same from then on.
 */
export interface SentCheck extends AsyncDisposable {
  /** These bytes were recorded: the participant owes them. */
  expect(recorded: readonly Placed<RawRecord>[]): Promise<Divergence | undefined>;
  /** The participant said this, and tape time is `until`; only its `raw` records matter. */
  take(outputs: readonly TapeRecord[], until: Nanos): Promise<Divergence | undefined>;
  /** It has sent all that it will send: what it still owes is missing. */
  finish(): Promise<Divergence | undefined>;
  /** Whether bytes that were recorded on this channel have not been sent yet. */
  owes(channel: number): boolean;
}
