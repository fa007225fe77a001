import { chooseCauses } from "../../scenarios/choose-causes.ts";
import type { Cluster } from "../../scenarios/differences/cluster.ts";
import { type Decisions, decide } from "../../scenarios/review/decisions.ts";

/** What the command line says about causes, by their ids or signatures. */
export interface ToldDecisions {
  readonly accept: readonly string[];
  readonly reject: readonly string[];
  readonly reason: string;
}

/** @throws FieldtapeError USAGE for a cause that there is not, naming those that there are */
export function decideTold(clusters: readonly Cluster[], earlier: Decisions, told: ToldDecisions): Decisions {
  let decisions = earlier;
  for (const type of ["accept", "reject"] as const) {
    const { signatures } = chooseCauses(clusters, told[type]);
    const chosen = clusters.filter(({ signature }) => signatures.includes(signature));
    for (const { id } of chosen) decisions = decide(decisions, id, { type, reason: told.reason });
  }
  return decisions;
}
