import { resolve } from "node:path";
import { Args } from "@oclif/core";
import { corpusAround } from "../../corpus.ts";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class SuiteList extends FieldtapeCommand {
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
    const [{ discover }, { loadScenario }, { hasGolden }] = await Promise.all([
      import("../../../scenarios/discover.ts"),
      import("../../../scenarios/scenario.ts"),
      import("../../../scenarios/golden.ts"),
    ]);
    const found = await discover(folder);
    const scenarios = await Promise.all(found.folders.map((folder) => loadScenario(corpus, folder)));
    const width = Math.max(0, ...scenarios.map((scenario) => scenario.name.length));
    for (const scenario of scenarios) {
      const { subject, why } = scenario.settings;
      const golden = hasGolden(scenario);
      if (flags.json) await this.printJson({ name: scenario.name, folder: scenario.folder, subject, why, golden });
      else
        await this.printLine(
          `${scenario.name.padEnd(width)}  ${subject.padEnd(16)}  ${golden ? "" : "(no golden) "}${why}`,
        );
    }
    return EXIT.ok;
  }
}
