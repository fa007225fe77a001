import { join } from "node:path";
import { FieldtapeError } from "../errors.ts";
import type { Clock } from "../time/clock.ts";
import type { BundledSubject, BundledTape, BundledVersions, BundleManifest } from "./bundle-manifest.ts";
import { type Retraced, retrace } from "./retrace.ts";
import type { Seat } from "./seat.ts";
import { type VersionSkew, versionSkew } from "./version-skew.ts";

export type Verdict = Retraced["verdict"];

export interface Reproduction {
  /** Of all tapes: one that cannot be played outweighs one that differs, and that one those that came out the same. */
  readonly verdict: Verdict;
  /** Why it cannot be reproduced at all, whatever the tapes. */
  readonly why?: string;
  readonly skew: readonly VersionSkew[];
  readonly tapes: readonly ReproducedTape[];
}

export interface ReproducedTape {
  readonly tape: string;
  /** Where it lies. */
  readonly file: string;
  readonly retraced: Retraced;
}

export interface ReproduceOptions {
  /** Where the bundle's files lie, verified. */
  readonly folder: string;
  readonly manifest: BundleManifest;
  /** What is installed here. */
  readonly versions: BundledVersions;
  /** The subject as the user of this machine has it: nothing of the bundle is run. */
  readonly seat: (subject: BundledSubject) => Promise<Seat>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Plays every tape of a bundle into what is installed here, and says whether the same things happen. */
export async function reproduce(options: ReproduceOptions): Promise<Reproduction> {
  const { manifest, versions } = options;
  const skew = versionSkew(manifest.versions, versions);
  const cannot = (why: string): Reproduction => ({ verdict: "cannot", why, skew, tapes: [] });
  if (manifest.tapes.length === 0) return cannot("there is no tape in it");
  if (manifest.subject === undefined) return cannot("it does not say what its tapes were played into");
  let seat: Seat;
  try {
    seat = await options.seat(manifest.subject);
  } catch (thrown) {
    if (!(thrown instanceof FieldtapeError)) throw thrown;
    return cannot(thrown.hint === undefined ? thrown.message : `${thrown.message}; ${thrown.hint}`);
  }
  const tapes: ReproducedTape[] = [];
  for (const tape of manifest.tapes) tapes.push(await again(tape, seat, options));
  return { verdict: worst(tapes), skew, tapes };
}

async function again(
  { path, trace }: BundledTape,
  seat: Seat,
  { folder, clock, signal }: ReproduceOptions,
): Promise<ReproducedTape> {
  const file = join(folder, path);
  if (trace === undefined)
    return { tape: path, file, retraced: { verdict: "cannot", why: "the bundle does not say what came out of it" } };
  const { outcome } = trace;
  const traced = trace.path === undefined ? undefined : join(folder, trace.path);
  const retraced = await retrace({ tape: file, trace: traced, outcome, seat, clock, signal });
  return { tape: path, file, retraced };
}

const WORST_FIRST: readonly Verdict[] = ["cannot", "different", "reproduced"];

function worst(tapes: readonly ReproducedTape[]): Verdict {
  const all = new Set(tapes.map(({ retraced }) => retraced.verdict));
  return WORST_FIRST.find((verdict) => all.has(verdict)) ?? "cannot";
}
