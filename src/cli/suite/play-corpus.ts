import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FieldtapeError } from "../../errors.ts";
import { caseName } from "../../scenarios/case-folder.ts";
import { discover } from "../../scenarios/discover.ts";
import { canonicalise } from "../../scenarios/goldens/canonical.ts";
import { play } from "../../scenarios/play.ts";
import { keepSaid } from "../../scenarios/run/kept-said.ts";
import type { FindSubject } from "../../scenarios/run-case.ts";
import { loadScenario } from "../../scenarios/scenario.ts";

export interface PlayCorpusOptions {
  readonly folder: string;
  readonly corpus: string;
  readonly out: string;
  readonly findSubject: FindSubject;
  readonly signal: AbortSignal;
}

/** What is left in the folder besides what was said: why cases could not be played, by their names. */
export const FAILURES_FILE = "failures.json";

/** Plays every case and leaves what its golden would keep of what was said. A case that cannot be played is told in `FAILURES_FILE`. */
export async function playCorpus({ folder, corpus, out, findSubject, signal }: PlayCorpusOptions): Promise<void> {
  const failures: Record<string, string> = {};
  for (const path of (await discover(folder)).folders) {
    const name = caseName(corpus, path);
    try {
      const scenario = await loadScenario(corpus, path);
      if (scenario.settings.canary !== undefined) continue;
      const { said } = await play(scenario, await findSubject(scenario), signal);
      keepSaid(out, name, canonicalise(said, scenario.settings.golden).records);
    } catch (thrown) {
      if (!(thrown instanceof FieldtapeError) || thrown.code === "ABORTED") throw thrown;
      failures[name] = thrown.message;
    }
  }
  await writeFile(join(out, FAILURES_FILE), JSON.stringify(failures));
}
