import { FieldtapeError } from "../errors.ts";
import type { Cluster } from "./differences/cluster.ts";

/** Causes that somebody decided about. */
export interface ChosenCauses {
  readonly signatures: readonly string[];
  /** Every case that has one of them, in the order in which the clusters name them. */
  readonly cases: readonly string[];
}

const NAMED_MAX = 10;

/**
 * Finds causes by their ids or signatures.
 *
 * @throws FieldtapeError USAGE naming the causes that there are
 */
export function chooseCauses(clusters: readonly Cluster[], wanted: readonly string[]): ChosenCauses {
  const chosen = wanted.map((name) => {
    const cluster = clusters.find(({ id, signatures }) => id === name || signatures.includes(name));
    if (cluster === undefined) throw unknownCause(name, clusters);
    return cluster;
  });
  return {
    signatures: [...new Set(chosen.flatMap(({ signatures }) => signatures))],
    cases: [...new Set(chosen.flatMap(({ cases }) => cases))],
  };
}

function unknownCause(name: string, clusters: readonly Cluster[]): FieldtapeError {
  const known = clusters.slice(0, NAMED_MAX).map(({ id, signature }) => `${id} (${signature})`);
  return new FieldtapeError("USAGE", `nothing differs by a cause ${JSON.stringify(name)}`, {
    hint: known.length === 0 ? "no case differs from its golden" : `there are: ${known.join(", ")}`,
  });
}
