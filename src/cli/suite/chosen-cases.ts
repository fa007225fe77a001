import { resolve } from "node:path";
import { FieldtapeError } from "../../errors.ts";
import { caseName } from "../../scenarios/case-folder.ts";
import { discover } from "../../scenarios/discover.ts";
import { planOf, type RunPlan, type Shard, type Timings } from "../../scenarios/run/run-result.ts";
import { casesOfShard } from "../../scenarios/run/shard.ts";
import { corpusAround } from "../corpus.ts";
import { changedSince } from "./git-changes.ts";

/** Which cases of a corpus are wanted. */
export interface Choice {
  readonly dir: string;
  /** Only cases whose name contains this. */
  readonly filter: string | undefined;
  /** Only cases of which a file changed since this revision. */
  readonly changedSince: string | undefined;
  readonly shard: Shard | undefined;
}

export interface ChosenCases {
  readonly corpus: string;
  /** Those of this part, in the order of the corpus. */
  readonly folders: readonly string[];
  readonly plan: RunPlan;
}

/**
 * Finds the cases that are wanted, and what of them is this part's.
 *
 * @throws FieldtapeError INCOMPLETE when there is none; but that nothing has changed is no fault
 */
export async function chooseCases(choice: Choice, timings: Timings): Promise<ChosenCases> {
  const folder = resolve(choice.dir);
  const corpus = corpusAround(folder);
  const found = await discover(folder);
  const named = found.folders.map((path) => ({ name: caseName(corpus, path), path }));
  const matching = named.filter(({ name }) => choice.filter === undefined || name.includes(choice.filter));
  if (matching.length === 0) throw nothing(choice);
  const cases =
    choice.changedSince === undefined
      ? matching
      : withChanges(matching, await changedSince(corpus, choice.changedSince));
  const all = choice.filter === undefined && choice.changedSince === undefined;
  const names = cases.map(({ name }) => name);
  const mine = new Set(choice.shard === undefined ? names : casesOfShard(names, choice.shard, timings));
  return {
    corpus,
    folders: cases.filter(({ name }) => mine.has(name)).map(({ path }) => path),
    plan: planOf(names, all ? found.orphans.map((path) => caseName(corpus, path)) : []),
  };
}

interface NamedCase {
  readonly name: string;
  readonly path: string;
}

function withChanges(cases: readonly NamedCase[], changed: readonly string[]): readonly NamedCase[] {
  // A folder and all that it is in: a case may have files in folders of its own.
  const touched = new Set(changed.flatMap(foldersAround));
  return cases.filter(({ name }) => touched.has(name));
}

function foldersAround(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return [".", ...parts.map((_, depth) => parts.slice(0, depth + 1).join("/"))];
}

function nothing({ dir, filter }: Choice): FieldtapeError {
  const matching = filter === undefined ? "" : ` matching ${JSON.stringify(filter)}`;
  return new FieldtapeError("INCOMPLETE", `no scenario${matching} below ${dir}`, {
    hint: "docs/writing-a-scenario.md says how to write one",
  });
}
