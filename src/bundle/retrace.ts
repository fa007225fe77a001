import type { FieldtapeError } from "../errors.ts";
import { Comparison } from "../replayer/compare.ts";
import { type Divergence, isSaid, type Said } from "../replayer/divergence.ts";
import { findWhereabouts, soughtBy, type Whereabouts } from "../replayer/whereabouts.ts";
import { textTemplate } from "../scenarios/differences/signature.ts";
import { openTape } from "../tape/reader.ts";
import type { TapeRecord } from "../tape/record.ts";
import type { Clock } from "../time/clock.ts";
import type { Outcome } from "./bundle-manifest.ts";
import { isFailure, isUnplayable, playTape, type Seat } from "./seat.ts";
import { isFault } from "./trace.ts";

/** What came of playing one tape of a bundle again. */
export type Retraced =
  /** The same thing happened: so many records alike, and the same end. */
  | { readonly verdict: "reproduced"; readonly compared: number; readonly wrong: Wrong }
  | { readonly verdict: "different"; readonly compared: number; readonly first: FirstDifference; readonly wrong: Wrong }
  | { readonly verdict: "cannot"; readonly why: string };

/** Where it is first another thing than where the bundle was made. */
export type FirstDifference =
  | { readonly type: "said"; readonly divergence: Divergence; readonly where: Whereabouts }
  /** The subject failed in one place and not, or otherwise, in the other; `undefined`: it did not. */
  | { readonly type: "failure"; readonly there: string | undefined; readonly here: string | undefined };

/** What is wrong here, for whoever wants to make it smaller. */
export interface Wrong {
  readonly failure?: FieldtapeError;
  /** The first fault that was said. */
  readonly fault?: Said;
  readonly divergence?: Divergence;
}

export interface RetraceOptions {
  /** The tape and the trace as they lie on disk. */
  readonly tape: string;
  readonly trace: string | undefined;
  readonly outcome: Outcome;
  readonly seat: Seat;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Plays the tape and holds what is said against the trace, record by record. @throws FieldtapeError what reading the trace throws */
export async function retrace({ tape: path, trace, outcome, seat, clock, signal }: RetraceOptions): Promise<Retraced> {
  if (outcome.type === "unplayable")
    return { verdict: "cannot", why: `it could not be played where the bundle was made either: ${outcome.message}` };
  if (trace === undefined) return { verdict: "cannot", why: "the bundle does not say what came out of it" };
  await using expected = await openTape(trace);
  await using comparison = new Comparison(expected.batches({ verify: false }), {
    role: seat.subject.role,
    at: "exact",
  });
  const heard = new Heard(comparison);
  let failure: FieldtapeError | undefined;
  try {
    await using tape = await openTape(path);
    for await (const { outputs } of playTape(tape, seat, { clock, signal })) if (!(await heard.take(outputs))) break;
  } catch (thrown) {
    if (isUnplayable(thrown)) return { verdict: "cannot", why: `it cannot be played: ${thrown.message}` };
    if (!isFailure(thrown)) throw thrown;
    failure = thrown;
  }
  // What a subject says in the moment in which it fails may be lost: how much depends on how many records it was given at once.
  const divergence =
    failure === undefined && outcome.type === "said" ? await comparison.finish() : comparison.divergence;
  const wrong = {
    ...(failure === undefined ? {} : { failure }),
    ...(heard.fault === undefined ? {} : { fault: heard.fault }),
    ...(divergence === undefined ? {} : { divergence }),
  };
  const { compared } = comparison;
  if (divergence !== undefined) {
    const where = await whereabouts(path, divergence);
    return { verdict: "different", compared, first: { type: "said", divergence, where }, wrong };
  }
  const there = outcome.type === "failed" ? `${outcome.code}: ${textTemplate(outcome.message)}` : undefined;
  const here = failure === undefined ? undefined : `${failure.code}: ${textTemplate(failure.message)}`;
  if (there === here) return { verdict: "reproduced", compared, wrong };
  const told = { there: outcome.type === "failed" ? outcome.message : undefined, here: failure?.message };
  return { verdict: "different", compared, first: { type: "failure", ...told }, wrong };
}

/** What is said here, as far as it is the same. */
class Heard {
  fault: Said | undefined;
  readonly #comparison: Comparison;

  constructor(comparison: Comparison) {
    this.#comparison = comparison;
  }

  /** Answers whether to go on. */
  async take(outputs: readonly TapeRecord[]): Promise<boolean> {
    this.fault ??= outputs.filter(isSaid).find(isFault);
    return (await this.#comparison.take(outputs)) === undefined;
  }
}

/** Reads the tape once more. */
async function whereabouts(path: string, divergence: Divergence): Promise<Whereabouts> {
  await using tape = await openTape(path);
  return await findWhereabouts(tape.batches({ verify: false }), soughtBy(divergence));
}
