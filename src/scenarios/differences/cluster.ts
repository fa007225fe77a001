import { createHash, type Hash } from "node:crypto";
import type { CaseDifferences, Exemplar } from "./case-differences.ts";
import { changeIn } from "./signature.ts";

/**
 * One cause: everything in a run that has the same signature, or signatures that only ever come together in the same records, or that tell of
 * the same change in the same cases and differ in who said it.
 */
export type Cluster = {
  /** Short name of the cause, as `suite accept --cluster` takes it: the same in every run in which it shows in the same way. */
  readonly id: string;
  /** The first of its signatures, and all of them in the order in which they were met. */
  readonly signature: string;
  readonly signatures: readonly string[];
  readonly differences: number;
  /** Names of the cases that have it, in the order of the corpus. */
  readonly cases: readonly string[];
  /** How many of them have no other cause: accepting this one settles them. */
  readonly alone: number;
  /** The first one met, and the case that it is from. */
  readonly exemplar: Exemplar;
  readonly exemplarCase: string;
};

/** How one case differs from its golden, by the case's name. */
export type CaseFindings = {
  readonly name: string;
  readonly differences: CaseDifferences;
};

/** The short name of what has these signatures. */
export function clusterId(...signatures: readonly string[]): string {
  return createHash("sha256").update(signatures.toSorted().join("\n")).digest("hex").slice(0, ID_LENGTH);
}

const ID_LENGTH = 10;

/**
 * Groups what the cases of a run differ in by cause. The cause of most cases comes first; of those with as many, that of most
 * differences, then by signature: two runs rank alike.
 */
export function clustersOf(cases: readonly CaseFindings[]): readonly Cluster[] {
  const causes = new Map<string, Trait[]>();
  for (const trait of traitsOf(cases)) {
    const key = trait.company.digest("hex");
    causes.set(key, [...(causes.get(key) ?? []), trait]);
  }
  const clusters = acrossMachines([...causes.values()]).flatMap((traits) => clusterOf(traits));
  const alone = casesOfOneCause(cases, clusters);
  return clusters.map((cluster) => ({ ...cluster, alone: alone.get(cluster.id) ?? 0 })).toSorted(byRank);
}

/** What changed in the same way in the same cases is one cause, whoever says it: a frame, and the states that are made of it. */
function acrossMachines(causes: readonly (readonly Trait[])[]): readonly (readonly Trait[])[] {
  const merged = new Map<string, Trait[]>();
  for (const traits of causes) {
    const changes = new Set(traits.map(({ signature }) => changeIn(signature)));
    const key = JSON.stringify([traits[0]?.cases, [...changes].toSorted()]);
    merged.set(key, [...(merged.get(key) ?? []), ...traits]);
  }
  return [...merged.values()];
}

/** One signature over all cases. */
interface Trait {
  readonly signature: string;
  readonly cases: string[];
  readonly exemplar: Exemplar;
  differences: number;
  /** Which cases have it, and with what it shares its records there: equal for signatures that always come together. */
  readonly company: Hash;
}

function traitsOf(cases: readonly CaseFindings[]): Iterable<Trait> {
  const traits = new Map<string, Trait>();
  for (const [index, { name, differences }] of cases.entries()) {
    for (const { signature, count, together, exemplar } of differences.findings) {
      const trait = traits.get(signature) ?? {
        signature,
        cases: [],
        exemplar,
        differences: 0,
        company: createHash("sha256"),
      };
      traits.set(signature, trait);
      trait.cases.push(name);
      trait.differences += count;
      trait.company.update(`${index}:${together} `);
    }
  }
  return traits.values();
}

function clusterOf(traits: readonly Trait[]): readonly Omit<Cluster, "alone">[] {
  const [first] = traits;
  if (first === undefined) return [];
  const signatures = traits.map(({ signature }) => signature);
  return [
    {
      id: clusterId(...signatures),
      signature: first.signature,
      signatures,
      differences: traits.reduce((sum, { differences }) => sum + differences, 0),
      cases: first.cases,
      exemplar: first.exemplar,
      exemplarCase: first.cases[0] ?? "",
    },
  ];
}

/** For each cluster, how many cases have nothing else. */
function casesOfOneCause(
  cases: readonly CaseFindings[],
  clusters: readonly Omit<Cluster, "alone">[],
): ReadonlyMap<string, number> {
  const clusterOfSignature = new Map(clusters.flatMap(({ id, signatures }) => signatures.map((each) => [each, id])));
  const alone = new Map<string, number>();
  for (const { differences } of cases) {
    const [id, ...others] = new Set(differences.findings.map(({ signature }) => clusterOfSignature.get(signature)));
    if (id !== undefined && others.length === 0 && differences.unlisted === 0) alone.set(id, (alone.get(id) ?? 0) + 1);
  }
  return alone;
}

function byRank(a: Cluster, b: Cluster): number {
  const rank = b.cases.length - a.cases.length || b.differences - a.differences;
  if (rank !== 0) return rank;
  return a.signature < b.signature ? -1 : 1;
}
