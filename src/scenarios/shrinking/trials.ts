import { turn } from "../../time/system-clock.ts";
import { type Candidate, candidateKey } from "./candidate.ts";
import type { Verdicts } from "./verdicts.ts";

/**
 * What is wrong with a candidate: the signature of everything that it shows, in the order in which it is met; nothing: it is as it should
 * be.
 *
 * @throws FieldtapeError what cannot be a symptom: the outside failed, or the user stopped it
 */
export type Symptoms = (candidate: Candidate, signal: AbortSignal) => AsyncIterable<string>;

/** Why no more is tried. */
export type Over = "budget" | "interrupted";

export interface TrialsOptions {
  readonly symptoms: Symptoms;
  /** The one that must stay. */
  readonly signature: string;
  /** What is known of candidates that were tried before. */
  readonly verdicts: Verdicts;
  /** Whether, after so many runs, no more is to be tried. */
  readonly spent: (runs: number) => boolean;
  readonly signal: AbortSignal;
  /** Hears of each candidate that still shows it. */
  readonly onSmaller: (candidate: Candidate, runs: number) => void;
}

/** Tries candidates, each once. When the budget or the user's patience is over, nothing shows anything any more: whoever asks stops. */
export class Trials {
  over: Over | undefined;
  /** Candidates that were played. */
  runs = 0;
  readonly #options: TrialsOptions;

  constructor(options: TrialsOptions) {
    this.#options = options;
  }

  /** Whether the candidate still shows what must stay. */
  async show(candidate: Candidate): Promise<boolean> {
    const { verdicts, onSmaller } = this.#options;
    if (this.over !== undefined) return false;
    const key = candidateKey(candidate);
    const known = verdicts.of(key);
    if (known === undefined && this.#isOver()) return false;
    const shows = known ?? (await this.#try(candidate));
    if (shows === undefined) return false;
    if (known === undefined) verdicts.add(key, shows);
    if (shows) onSmaller(candidate, this.runs);
    return shows;
  }

  #isOver(): boolean {
    const { signal, spent } = this.#options;
    if (signal.aborted) this.over = "interrupted";
    else if (this.over === undefined && spent(this.runs)) this.over = "budget";
    return this.over !== undefined;
  }

  async #try(candidate: Candidate): Promise<boolean | undefined> {
    const { symptoms, signature, signal } = this.#options;
    this.runs += 1;
    // Small candidates are played without waiting for anything: without a turn a Ctrl-C would never be heard.
    await turn();
    try {
      for await (const shown of symptoms(candidate, signal)) if (shown === signature) return true;
      return false;
    } catch (thrown) {
      if (!signal.aborted) throw thrown;
      this.over = "interrupted";
      return undefined;
    }
  }
}
