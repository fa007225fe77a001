import { createHash } from "node:crypto";
import type { CaseDifferences, Exemplar } from "./case-differences.ts";

/** One cause: everything in a run that has the same signature. */
export interface Cluster {
  /** Short name of the signature, as `suite accept --cluster` takes it. */
  readonly id: string;
  readonly signature: string;
  readonly differences: number;
  /** Names of the cases that have it, in the order of the corpus. */
  readonly cases: readonly string[];
  /** How many of them have no other cause: accepting this one settles them. */
  readonly alone: number;
  /** The first one met, and the case that it is from. */
  readonly exemplar: Exemplar;
  readonly exemplarCase: string;
}

/** How one case differs from its golden, by the case's name. */
export interface CaseFindings {
  readonly name: string;
  readonly differences: CaseDifferences;
}

/** The short name of a cause: the same in every run and on every machine. */
export function clusterId(signature: string): string {
  return createHash("sha256").update(signature).digest("hex").slice(0, ID_LENGTH);
}

const ID_LENGTH = 10;

/**
 * Groups what the cases of a run differ in by cause. The cause of most cases comes first; of those with as many, that of most
 * differences, then by signature: two runs rank alike.
 */
export function clustersOf(cases: Iterable<CaseFindings>): readonly Cluster[] {
  const clusters = new Map<string, Mutable>();
  for (const { name, differences } of cases) {
    const alone = differences.findings.length === 1 && differences.unlisted === 0;
    for (const { signature, count, exemplar } of differences.findings) {
      const cluster = clusters.get(signature) ?? { differences: 0, cases: [], alone: 0, exemplar, exemplarCase: name };
      clusters.set(signature, cluster);
      cluster.differences += count;
      cluster.cases.push(name);
      if (alone) cluster.alone += 1;
    }
  }
  return [...clusters]
    .map(([signature, cluster]) => ({ id: clusterId(signature), signature, ...cluster }))
    .toSorted(byRank);
}

interface Mutable {
  differences: number;
  readonly cases: string[];
  alone: number;
  readonly exemplar: Exemplar;
  readonly exemplarCase: string;
}

function byRank(a: Cluster, b: Cluster): number {
  const rank = b.cases.length - a.cases.length || b.differences - a.differences;
  if (rank !== 0) return rank;
  return a.signature < b.signature ? -1 : 1;
}
