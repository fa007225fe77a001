import { Args, Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";
import { playingFlags } from "../../suite/playing-flags.ts";

export class SuiteMinimise extends FieldtapeCommand {
  static override summary = "Find a set of cases that reaches all that the corpus reaches, and move the others away.";
  static override description =
    "Says of each case that is not needed by which ones it is covered. With --to they are moved there; nothing is ever deleted. What is not seen here (values, times) may still be what a case is there for: look before you move. Canaries stay, and so does every case that does not pass.";
  static override examples = [
    { description: "What would go.", command: "<%= config.bin %> <%= command.id %>" },
    { description: "Move it.", command: "<%= config.bin %> <%= command.id %> --to corpora-spare" },
  ];
  static override args = { dir: Args.string({ description: "the corpus, or a part of it", default: "corpora" }) };
  static override flags = {
    to: Flags.string({ description: "move the cases that are not needed into this folder", helpValue: "DIR" }),
    ...playingFlags,
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(SuiteMinimise);
    const [{ collectRun }, { smallestSet }, { moveCases }] = await Promise.all([
      import("../../suite/collect-run.ts"),
      import("../../../scenarios/coverage/smallest-set.ts"),
      import("../../suite/move-cases.ts"),
    ]);
    const { result, corpus } = await collectRun({ ...flags, dir: args.dir }, this.interrupted);
    const cases = result.cases.flatMap(({ name, outcome, coverage, fed }) =>
      outcome.type === "passed" && coverage !== undefined ? [{ name, coverage, fed }] : [],
    );
    const canaries = await this.#canaries(corpus, cases);
    const { dropped } = smallestSet(cases.filter(({ name }) => !canaries.has(name)));
    for (const { name, coveredBy } of dropped) {
      if (flags.json) await this.printJson({ name, coveredBy: [...coveredBy] });
      else await this.printLine(`${name}  is covered by ${coveredBy.join(", ")}`);
    }
    const names = dropped.map(({ name }) => name);
    if (flags.to !== undefined) await moveCases(corpus, names, flags.to);
    const done = flags.to === undefined ? "are not needed" : `were moved to ${flags.to}`;
    this.say(`${dropped.length} of ${result.cases.length} cases ${done}`);
    return EXIT.ok;
  }

  async #canaries(corpus: string, cases: readonly { readonly name: string }[]): Promise<ReadonlySet<string>> {
    const [{ loadScenario }, { join }] = await Promise.all([
      import("../../../scenarios/scenario.ts"),
      import("node:path"),
    ]);
    const canaries = new Set<string>();
    for (const { name } of cases)
      if ((await loadScenario(corpus, join(corpus, name))).settings.canary !== undefined) canaries.add(name);
    return canaries;
  }
}
