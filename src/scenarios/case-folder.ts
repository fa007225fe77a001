import { relative, sep } from "node:path";

/** The names in a scenario's folder are fixed. */
export const SCENARIO_FILE = "scenario.yaml";
export const GOLDEN_FILE = "golden.jsonl";
export const TAPE_FILES = ["tape.jsonl", "tape.jsonl.gz"] as const;

/** The golden of one variant (a platform, a build, a model), which stands before the common one. */
export const variantFile = (variant: string): string => `golden.${variant}.jsonl`;

/** What a variant may be called: it becomes part of a file's name. */
export const VARIANT_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** A case's place below its corpus, with `/` on every platform: what reports and filters call it. */
export function caseName(corpus: string, folder: string): string {
  // Nearly always; and it is asked for several times a case, where `relative` takes longer than all else that is done with a name.
  const below = folder.startsWith(`${corpus}${sep}`) ? folder.slice(corpus.length + 1) : relative(corpus, folder);
  return (sep === "/" ? below : below.replaceAll(sep, "/")) || ".";
}
