import { createHash } from "node:crypto";
import { stringify } from "yaml";
import { FieldtapeError } from "../errors.ts";
import { writeGolden } from "./golden.ts";
import { keepChange } from "./keep-change.ts";
import { isRefusal, type Trial } from "./trial.ts";

export interface AcceptOptions {
  readonly corpus: string;
  /** Why this is right now: the sentence that is kept. */
  readonly reason: string;
  /** The signatures, and the variant, that were tried. */
  readonly causes?: readonly string[] | undefined;
  readonly variant?: string | undefined;
}

/** Refuses an acceptance that nobody explains, before anything is played. @throws FieldtapeError USAGE */
export function refuseNoReason(reason: string): void {
  if (reason.trim() === "") throw new FieldtapeError("USAGE", "the reason must say why this is right now");
}

/**
 * Makes what the subjects say now the goldens of the cases that were tried. If one of them is refused (its two runs differ, its tape has a
 * gap that nobody explains, its expectations are not met, it could not be played) nothing at all is written. The reason is kept in one
 * file below `changes/`.
 *
 * @returns the trials that somebody should hear of: those refused, otherwise all but canaries
 * @throws FieldtapeError USAGE without a reason; what writing throws
 */
export async function accept(trials: readonly Trial[], options: AcceptOptions): Promise<readonly Trial[]> {
  refuseNoReason(options.reason);
  const refused = trials.filter(({ outcome }) => isRefusal(outcome));
  if (refused.length > 0) return refused;
  const changed = trials.flatMap(({ name, outcome, golden }) =>
    outcome.type === "accepted" && golden !== undefined ? [{ name, ...golden }] : [],
  );
  // The reason goes first: a golden never changes without one, even if this is killed in between.
  if (changed.length > 0) await keepReason(options, changed);
  // Each is made to last: one after another, a thousand would wait a thousand times for the disk.
  for (let start = 0; start < changed.length; start += WRITES_AT_ONCE) {
    const writes = changed.slice(start, start + WRITES_AT_ONCE);
    await Promise.all(writes.map(({ path, after }) => writeGolden(path, after)));
  }
  return trials.filter(({ outcome }) => outcome.type !== "canary");
}

const WRITES_AT_ONCE = 32;

type Change = NonNullable<Trial["golden"]> & { readonly name: string };

/** One file for each acceptance, named for its content: the same change accepted twice is one change. */
async function keepReason(
  { corpus, reason, causes, variant }: AcceptOptions,
  changed: readonly Change[],
): Promise<void> {
  const text = stringify({
    reason,
    ...(causes === undefined ? {} : { causes }),
    ...(variant === undefined ? {} : { variant }),
    cases: changed.map(({ name, before, after }) => ({
      name,
      was: before === undefined ? "new" : digest(before),
      is: after === undefined ? "the common golden" : digest(after),
    })),
  });
  await keepChange(corpus, text);
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
