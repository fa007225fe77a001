import { Args, Flags } from "@oclif/core";
import type { ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";
import { leavingFlags } from "../../suite/leaving-flags.ts";

export class SuiteMerge extends FieldtapeCommand {
  static override summary = "Put the parts of a run together: the same result as one run of everything.";
  static override description =
    "Takes what suite run --shard left, in any order. A part that is missing is exit code 6: what was not run has not passed.";
  static override examples = [
    {
      description: "Four parts, and a report of the whole.",
      command: "<%= config.bin %> <%= command.id %> part-*.json --report junit=junit.xml",
    },
  ];
  static override strict = false;
  static override args = { file: Args.string({ description: "results of all parts", required: true }) };
  static override flags = {
    ...leavingFlags,
    corpus: Flags.string({ description: "the corpus, for reports", default: "corpora", helpValue: "DIR" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { argv, flags } = await this.parse(SuiteMerge);
    const [{ mergeRuns, timingsOf }, { readRunResult }, { keepTimings, readTimings }, { conclude, runJson, runLines }] =
      await Promise.all([
        import("../../../scenarios/run/run-result.ts"),
        import("../../suite/read-result.ts"),
        import("../../suite/timings-file.ts"),
        import("../../suite/conclude.ts"),
      ]);
    const [{ parseReport }, { countWords }] = await Promise.all([
      import("../../suite/reports.ts"),
      import("../../suite/suite-words.ts"),
    ]);
    const reports = (flags.report ?? []).map(parseReport);
    const parts = [];
    for (const file of argv) parts.push(await readRunResult(String(file)));
    const result = mergeRuns(parts);
    keepTimings(readTimings(), timingsOf(parts));
    if (flags.json) for (const value of runJson(result)) await this.printJson(value);
    else for (const words of runLines(result)) await this.printLine(words);
    this.say(countWords(result.cases));
    return conclude(result, { resultFile: flags.result, reports, corpus: flags.corpus });
  }
}
