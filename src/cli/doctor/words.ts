import { plural } from "../plural.ts";
import type { Finding, Verdict } from "./finding.ts";

const WIDTH = "problem".length + 2;

/** A finding for a person: what was found, and below it what to do. */
export function findingWords({ about, verdict, words, advice }: Finding): string {
  const indent = " ".repeat(WIDTH);
  const told = `${verdict.padEnd(WIDTH)}${about}: ${words.replaceAll("\n", `\n${indent}`)}`;
  return advice === undefined ? told : `${told}\n${indent}→ ${advice}`;
}

export function summaryWords(findings: readonly Finding[]): string {
  const count = (verdict: Verdict): number => findings.filter((one) => one.verdict === verdict).length;
  const [problems, warnings] = [count("problem"), count("warning")];
  if (problems === 0 && warnings === 0) return `nothing is wrong: ${plural(findings.length, "thing")} looked at`;
  return `${plural(problems, "problem")}, ${plural(warnings, "warning")}; ${plural(findings.length, "thing")} looked at`;
}
