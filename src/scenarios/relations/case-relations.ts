import { caseFeed, caseRunOptions, type ScenarioSubject } from "../case-feed.ts";
import type { CaseOutcome } from "../case-result.ts";
import { disturbanceOf } from "../faults/disturbance.ts";
import type { Played } from "../play.ts";
import type { Scenario } from "../scenario.ts";
import { checkRelations } from "./check-relations.ts";

/**
 * A case that passes must say the same in every way of playing it. Two runs that differ are more than that: the case is unstable.
 *
 * @throws FieldtapeError what playing it throws
 */
export async function brokenRelation(
  scenario: Scenario,
  subject: ScenarioSubject,
  { said: straight, faults }: Played,
  signal: AbortSignal,
): Promise<CaseOutcome | undefined> {
  const { seed, relations: without } = scenario.settings;
  const seat = { subject: subject.subject, options: caseRunOptions(scenario, subject, faults.ports) };
  const disturbance = disturbanceOf(faults.records, seed).transform;
  const broken = await checkRelations(
    {
      name: scenario.name,
      straight,
      seat,
      seed,
      without,
      feed: (rechunking) => caseFeed(scenario, subject, signal, { disturbance, rechunking }),
    },
    signal,
  );
  if (broken?.relation === "twice") return { type: "unstable", words: broken.words };
  return broken === undefined ? undefined : { type: "broken", ...broken };
}
