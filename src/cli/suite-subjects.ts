import type { FindSubject } from "../scenarios/run-case.ts";
import type { LoadedConfig } from "./config/config-file.ts";
import { type ResolvedSubject, resolveSubject } from "./subjects.ts";

/** Finds the subjects of scenarios. Most cases of a suite share one, so each is made once. */
export function suiteSubjects(config: LoadedConfig): FindSubject {
  const known = new Map<string, Promise<ResolvedSubject>>();
  return ({ settings: { subject, options } }) => {
    const key = JSON.stringify([subject, options]);
    const found = known.get(key) ?? resolveSubject(subject, options, config);
    known.set(key, found);
    return found;
  };
}
