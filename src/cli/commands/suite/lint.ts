import { resolve } from "node:path";
import { Args } from "@oclif/core";
import { corpusAround } from "../../corpus.ts";
import { EXIT, type ExitCode, worst } from "../../exit.ts";
import { plural } from "../../plural.ts";
import { SuiteCommand } from "../../suite/suite-command.ts";

export class SuiteLint extends SuiteCommand {
  static override summary = "Tell what is doubtful about the rules by which goldens are kept.";
  static override description =
    "Plays each case that has golden rules twice, and tells rules that match nothing and rules that hide a value which differed between the two runs. Nothing is written.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    {
      description: "A part of the corpus, as JSON.",
      command: "<%= config.bin %> <%= command.id %> corpora/modbus --json",
    },
  ];
  static override args = { dir: Args.string({ description: "the corpus, or a part of it", default: "corpora" }) };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(SuiteLint);
    const folder = resolve(args.dir);
    const [{ discover }, { lint }, { suiteSubjects }, { configOf }] = await Promise.all([
      import("../../../scenarios/discover.ts"),
      import("../../../scenarios/lint.ts"),
      import("../../suite/suite-subjects.ts"),
      import("../../wiring.ts"),
    ]);
    const findSubject = suiteSubjects(await configOf(flags));
    const { folders } = await discover(folder);
    const options = { corpus: corpusAround(folder), folders, findSubject, signal: this.interrupted };
    let doubtful = 0;
    let cases = 0;
    const exits: ExitCode[] = [];
    for await (const each of lint(options)) {
      if ("failure" in each) {
        exits.push(await this.tellFailure(each.failure, flags));
        continue;
      }
      const { name, lints } = each;
      cases += 1;
      doubtful += lints.length;
      if (flags.json) await this.printJson({ name, lints });
      else for (const words of lints) await this.printLine(`${name}: ${words}`);
    }
    this.say(`${plural(doubtful, "doubtful rule")} in ${plural(cases, "case")} with rules`);
    return worst([...exits, doubtful === 0 ? EXIT.ok : EXIT.different]);
  }
}
