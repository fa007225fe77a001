import { resolve } from "node:path";
import { Args, Flags } from "@oclif/core";
import { corpusAround } from "../../corpus.ts";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

const NAMED_MAX = 10;

export class SuiteStrength extends FieldtapeCommand {
  static override summary = "Make each subject wrong in one place after another, and say which cases notice nothing.";
  static override description =
    "Each case is played once; then what its subject said is changed, one record or member at a time, and the case's expectations and golden are asked. What none of them notices could break without anybody hearing of it.";
  static override examples = [
    { command: "<%= config.bin %> <%= command.id %>", description: "The whole corpus." },
    { command: "<%= config.bin %> <%= command.id %> corpora/modbus --json", description: "One suite, for a program." },
  ];
  static override args = { dir: Args.string({ description: "the corpus, or a part of it", default: "corpora" }) };
  static override flags = {
    filter: Flags.string({ description: "only cases whose name contains this", helpValue: "TEXT" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(SuiteStrength);
    const [{ discover }, { loadScenario }, { strengthOf }, { suiteSubjects }, { configOf }] = await Promise.all([
      import("../../../scenarios/discover.ts"),
      import("../../../scenarios/scenario.ts"),
      import("../../../scenarios/strength/strength.ts"),
      import("../../suite/suite-subjects.ts"),
      import("../../wiring.ts"),
    ]);
    const folder = resolve(args.dir);
    const corpus = corpusAround(folder);
    const findSubject = suiteSubjects(await configOf(flags));
    let tried = 0;
    let missed = 0;
    for (const path of (await discover(folder)).folders) {
      const scenario = await loadScenario(corpus, path);
      if (scenario.settings.canary !== undefined || !scenario.name.includes(flags.filter ?? "")) continue;
      const strength = await strengthOf(scenario, findSubject, this.interrupted);
      tried += strength.tried;
      missed += strength.missed.length;
      if (flags.json) await this.printJson({ ...strength });
      else if (strength.missed.length > 0) await this.printLine(words(strength.name, strength.tried, strength.missed));
    }
    this.say(`${tried} ways of being wrong, ${tried - missed} noticed, ${missed} not`);
    return EXIT.ok;
  }
}

function words(name: string, tried: number, missed: readonly string[]): string {
  const named = missed.slice(0, NAMED_MAX).map((mutation) => `\n  ${mutation}`);
  const left = missed.length - named.length;
  return `${name}: does not notice ${missed.length} of ${tried}${named.join("")}${left > 0 ? `\n  and ${left} more` : ""}`;
}
