import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import process from "node:process";
import type { Json } from "../../bytes/json.ts";
import { FieldtapeError } from "../../errors.ts";
import { SCENARIO_FILE } from "../../scenarios/case-folder.ts";
import { loadScenario } from "../../scenarios/scenario.ts";
import { parseScenario } from "../../scenarios/schema.ts";
import type { CaseSettings } from "../../scenarios/shrinking/minimised-case.ts";
import { corpusAround } from "../corpus.ts";

/** What is made smaller: a case, or a tape with the settings that a case without settings would have. */
export interface Parent {
  readonly name: string;
  readonly tape: string;
  readonly settings: CaseSettings;
  /** Where the smaller one goes unless somebody says otherwise. */
  readonly out: string;
}

/** Settings from the command line; they go over those of a case. */
export interface ParentFlags {
  readonly subject: string | undefined;
  readonly options: Json | undefined;
  readonly seed: number | undefined;
}

/** @throws FieldtapeError INPUT_MISSING, USAGE for a tape without a subject, what reading a scenario throws */
export async function findParent(path: string, flags: ParentFlags): Promise<Parent> {
  if (!existsSync(path)) throw new FieldtapeError("INPUT_MISSING", "there is no such case or tape", { file: path });
  const folder = statSync(path).isDirectory() ? path : basename(path) === SCENARIO_FILE ? dirname(path) : undefined;
  return folder === undefined ? tapeParent(path, flags) : caseParent(resolve(folder), flags);
}

async function caseParent(folder: string, flags: ParentFlags): Promise<Parent> {
  const { name, tape, settings } = await loadScenario(corpusAround(folder), folder);
  const { subject, options, seed } = flags;
  const over = {
    ...(subject === undefined ? {} : { subject }),
    ...(options === undefined ? {} : { options }),
    ...(seed === undefined ? {} : { seed }),
  };
  const called = name === "." ? basename(folder) : name;
  return { name: called, tape, settings: { ...settings, ...over }, out: `${folder}-minimised` };
}

function tapeParent(path: string, { subject, options, seed }: ParentFlags): Parent {
  if (subject === undefined) {
    throw new FieldtapeError("USAGE", "a tape needs the subject that it is played into", { hint: "--subject NAME" });
  }
  const name = basename(path).replace(/(\.tape)?\.jsonl(\.gz)?$/, "");
  const parsed = parseScenario({
    why: `something is wrong on ${basename(path)}`,
    provenance: relative(process.cwd(), path) || basename(path),
    subject,
    options,
    seed,
  });
  if ("problems" in parsed) {
    const [problem] = parsed.problems;
    throw new FieldtapeError("USAGE", `${problem?.path.join(".") ?? ""}: ${problem?.message ?? "is not valid"}`);
  }
  return { name: basename(path), tape: path, settings: parsed.file, out: join(process.cwd(), `${name}-minimised`) };
}
