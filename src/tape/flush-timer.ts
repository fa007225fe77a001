import type { Clock } from "../time/clock.ts";
import { millis, type Nanos, plus } from "../time/nanos.ts";

/**
 * What is written must reach the system within 50 ms and the disk within 1 s (docs/tape-format.md). Each is begun earlier, so that it is done
 * by then also where the process has to wait for its turn.
 */
const FLUSH_AFTER = millis(25);
const SYNC_AFTER = millis(900);

/** Calls `flush` and `sync` a while after the first `touch` that follows the last call. */
export class FlushTimer {
  private readonly clock: Clock;
  private readonly stopping = new AbortController();
  private readonly flush: () => void;
  private readonly sync: () => void;
  private flushing = false;
  private syncing = false;

  constructor(clock: Clock, actions: { flush(): void; sync(): void }) {
    this.clock = clock;
    this.flush = actions.flush;
    this.sync = actions.sync;
  }

  /** Something was written. */
  touch(): void {
    if (!this.flushing) {
      this.flushing = true;
      void this.after(FLUSH_AFTER, () => {
        this.flushing = false;
        this.flush();
      });
    }
    if (!this.syncing) {
      this.syncing = true;
      void this.after(SYNC_AFTER, () => {
        this.syncing = false;
        this.sync();
      });
    }
  }

  stop(): void {
    this.stopping.abort();
  }

  private async after(span: Nanos, action: () => void): Promise<void> {
    const { signal } = this.stopping;
    try {
      await this.clock.sleepUntil(plus(this.clock.now(), span), signal);
    } catch (thrown) {
      if (signal.aborted) return;
      throw thrown;
    }
    if (!signal.aborted) action();
  }
}
