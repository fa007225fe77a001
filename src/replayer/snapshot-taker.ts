import { NANOS_PER_MILLI } from "../time/nanos.ts";
import type { ReplayRun } from "./replay-run.ts";
import type { Shelf } from "./snapshot-shelf.ts";
import type { StateBoard } from "./state-board.ts";

/**
 * A seek has at most so much work to do again. Taking one costs about a millisecond, so that the run is a few per cent slower
 * and a seek stays below a tenth of a second.
 */
const INTERVAL = 60 * NANOS_PER_MILLI;

/** Keeps a snapshot of a run now and then. */
export class SnapshotTaker {
  readonly #shelf: Shelf;
  #spent = 0;
  #able = true;

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  /** Takes one if the last one is long enough ago, and the run stands where it can be taken up again. */
  async after(run: ReplayRun, board: StateBoard): Promise<void> {
    if (!this.#able || run.spent - this.#spent < INTERVAL) return;
    const { landmark, position } = run;
    if (landmark === undefined) return;
    this.#spent = run.spent;
    const state = await run.snapshot();
    this.#able = state !== undefined && (await this.#shelf.put({ position, landmark, state, said: board.said }));
  }
}
