import type { FindSubject } from "../../scenarios/run-case.ts";
import { canarySubject } from "../canary-subject.ts";
import type { LoadedConfig } from "../config/config-file.ts";
import { type ResolvedSubject, resolveSubject } from "../subjects.ts";

/** What cases call the subject that breaks a rule. */
const CANARY = "canary";

/** Finds the subjects of scenarios. Most cases of a suite share one, so each is made once. */
export function suiteSubjects(config: LoadedConfig): FindSubject {
  const known = new Map<string, Promise<ResolvedSubject>>();
  return async ({ settings: { subject, options, canary } }) => {
    if (canary !== undefined && subject === CANARY) return { subject: canarySubject(options), config: null };
    const key = JSON.stringify([subject, options]);
    const found = known.get(key) ?? resolveSubject(subject, options, config);
    known.set(key, found);
    return found;
  };
}
