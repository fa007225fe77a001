import { relative, sep } from "node:path";

/** The names in a scenario's folder are fixed. */
export const SCENARIO_FILE = "scenario.yaml";
export const GOLDEN_FILE = "golden.jsonl";
export const TAPE_FILES = ["tape.jsonl", "tape.jsonl.gz"] as const;

/** A case's place below its corpus, with `/` on every platform: what reports and filters call it. */
export function caseName(corpus: string, folder: string): string {
  return relative(corpus, folder).split(sep).join("/") || ".";
}
