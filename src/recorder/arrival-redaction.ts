import type { Arrival } from "../link/arrival.ts";
import type { Nanos } from "../time/nanos.ts";

/**
 * What takes out of a recording what must not reach its tape. It may hold arrivals back until it is known what stands in them; what it gives on is in order and
 * never earlier than what it gave on before.
 */
export interface ArrivalRedaction {
  /** `at` of the first arrival that is held back. */
  readonly heldFrom: Nanos | undefined;
  /** When it next wants to hear that time has passed. */
  readonly deadline: Nanos | undefined;
  take(arrivals: readonly Arrival[]): Promise<readonly Arrival[]>;
  /** Nothing more will come that is not later than `until`. */
  elapse(until: Nanos): Promise<readonly Arrival[]>;
  /** Nothing more will come at all. */
  end(at: Nanos): Promise<readonly Arrival[]>;
}
