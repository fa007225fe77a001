import process from "node:process";
import { FieldtapeError } from "../../errors.ts";
import { goldenText } from "../../scenarios/golden.ts";
import { play } from "../../scenarios/play.ts";
import { readKept } from "../../scenarios/run/kept-said.ts";
import { loadScenario } from "../../scenarios/scenario.ts";
import { shiftDate } from "../../time/system-clock.ts";
import { type ConfigOptions, loadConfig } from "../config/config-file.ts";
import { firstOther } from "./first-other.ts";
import { suiteSubjects } from "./suite-subjects.ts";

/** What a process is told that plays cases once more, in surroundings that must not matter. */
export interface RepeatTask {
  readonly corpus: string;
  readonly cases: readonly RepeatedCase[];
  /** Where everything lies that was said the first time. */
  readonly kept: string;
  readonly config: ConfigOptions;
  readonly shiftDays: number;
}

export interface RepeatedCase {
  readonly name: string;
  readonly folder: string;
}

/** What it says of each case, in their order. `words`: what was different; absent: nothing. */
export interface RepeatAnswer {
  readonly name: string;
  readonly words?: string;
}

process.once("message", (task: RepeatTask) => {
  repeat(task).then(
    () => process.disconnect(),
    (thrown: unknown) => {
      process.stderr.write(`${String(thrown)}\n`);
      process.exit(70);
    },
  );
});

async function repeat({ corpus, cases, kept, config, shiftDays }: RepeatTask): Promise<void> {
  shiftDate(shiftDays);
  const findSubject = suiteSubjects(await loadConfig(config));
  const { signal } = new AbortController();
  for (const { name, folder } of cases) {
    let words: string | undefined;
    try {
      const scenario = await loadScenario(corpus, folder);
      const { said } = await play(scenario, await findSubject(scenario), signal);
      words = firstOther(readKept(kept, name) ?? "", goldenText(said));
    } catch (thrown) {
      if (!(thrown instanceof FieldtapeError)) throw thrown;
      words = `it failed: ${thrown.message}`;
    }
    const answer: RepeatAnswer = { name, ...(words === undefined ? {} : { words }) };
    process.send?.(answer);
  }
}
