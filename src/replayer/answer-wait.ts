import type { Nanos } from "../time/nanos.ts";
import type { Divergence } from "./divergence.ts";
import type { ReplayRun } from "./replay-run.ts";
import type { Upcoming } from "./replay-step.ts";
import type { SentCheck } from "./sent-check.ts";

/** The participant did not send in time what stands on the tape before the next bytes. */
export type Missing = { readonly type: "missing"; readonly divergence: Divergence };

/**
 * Policy `wait`: bytes for the participant come only after it has sent what the tape has before them. While it owes something
 * they, and everything after them, move back behind its next deadline.
 */
export class AnswerWait {
  readonly #run: ReplayRun;
  readonly #sent: SentCheck;
  readonly #most: Nanos;
  /** The line of the bytes that wait, and when they would have come. */
  #line = 0;
  #since = 0;

  constructor(run: ReplayRun, sent: SentCheck, most: Nanos) {
    this.#run = run;
    this.#sent = sent;
    this.#most = most;
  }

  async upcoming(): Promise<Upcoming | Missing | undefined> {
    const next = await this.#run.upcoming();
    if (next?.type !== "record" || next.record.type !== "raw") return next;
    const diverged = await this.#sent.expect(await this.#run.takeAnswers());
    if (diverged !== undefined || !this.#sent.owes(next.record.channel)) return next;
    if (next.line !== this.#line) {
      this.#line = next.line;
      this.#since = next.at;
    }
    const { deadline } = this.#run;
    if (deadline === undefined || deadline - this.#since > this.#most) {
      const divergence = await this.#sent.finish();
      return divergence === undefined ? next : { type: "missing", divergence };
    }
    // At equal times a record would precede the deadline: it comes right after it.
    this.#run.delay(deadline - next.at + 1);
    return this.#run.upcoming();
  }
}
