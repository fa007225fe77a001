import { pathText, type Said } from "../../replayer/divergence.ts";
import { findDifferences } from "../differences/find-differences.ts";
import { canonicalise } from "./canonical.ts";
import { ruleName } from "./rule.ts";
import type { GoldenSettings } from "./schema.ts";

/**
 * What is doubtful about a golden's rules, held against two runs of its case: a rule that matches nothing protects nobody and will hide
 * something one day; one that hides a value that differed between the two runs hides that the case is unstable.
 */
export function lintRules(
  settings: GoldenSettings,
  first: readonly Said[],
  second: readonly Said[],
): readonly string[] {
  const { hits } = canonicalise(first, settings);
  return settings.rules.flatMap((rule, index) => {
    const name = `golden.rules.${index} (${ruleName(rule)})`;
    if (hits[index] === 0) return [`${name} matches nothing`];
    const hidden = differsWithout(index, settings, first, second);
    return hidden === undefined ? [] : [`${name} hides ${hidden}, which differed between two runs`];
  });
}

/** The first member in which the two runs differ when a rule is left out. */
function differsWithout(
  without: number,
  settings: GoldenSettings,
  first: readonly Said[],
  second: readonly Said[],
): string | undefined {
  const placed = (said: readonly Said[]) =>
    canonicalise(said, { ...settings, mode: "exact" }, { without }).records.map((record, index) => ({
      line: index + 1,
      record,
    }));
  const [difference] = findDifferences(placed(first), placed(second)).differences;
  if (difference === undefined) return undefined;
  return "path" in difference ? pathText(difference.path) : "a record";
}
