import { resolve } from "node:path";
import { Args } from "@oclif/core";
import { corpusAround } from "../../corpus.ts";
import { EXIT, EXIT_OF_ERROR, type ExitCode, worst } from "../../exit.ts";
import { SuiteCommand } from "../../suite/suite-command.ts";

export class SuiteList extends SuiteCommand {
  static override summary = "List the scenarios of a corpus: name, subject, and what each protects.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> corpora/modbus --json",
  ];
  static override args = { dir: Args.string({ description: "the corpus, or a part of it", default: "corpora" }) };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(SuiteList);
    const folder = resolve(args.dir);
    const corpus = corpusAround(folder);
    const [{ discover }, { attempt }, { loadScenario }, { hasGolden }] = await Promise.all([
      import("../../../scenarios/discover.ts"),
      import("../../../scenarios/case-failure.ts"),
      import("../../../scenarios/scenario.ts"),
      import("../../../scenarios/golden.ts"),
    ]);
    const found = await discover(folder);
    const tried = await Promise.all(
      found.folders.map((folder) => attempt(corpus, folder, () => loadScenario(corpus, folder))),
    );
    const width = Math.max(0, ...tried.map((each) => ("done" in each ? each.done.name.length : 0)));
    for (const each of tried) {
      if ("failure" in each) {
        await this.tellFailure(each.failure, flags);
        continue;
      }
      const scenario = each.done;
      const { subject, why } = scenario.settings;
      const golden = hasGolden(scenario);
      if (flags.json) await this.printJson({ name: scenario.name, folder: scenario.folder, subject, why, golden });
      else
        await this.printLine(
          `${scenario.name.padEnd(width)}  ${subject.padEnd(16)}  ${golden ? "" : "(no golden) "}${why}`,
        );
    }
    return worst(tried.map((each) => ("failure" in each ? EXIT_OF_ERROR[each.failure.code] : EXIT.ok)));
  }
}
