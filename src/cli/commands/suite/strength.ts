import { resolve } from "node:path";
import { Args, Flags } from "@oclif/core";
import type { Strength } from "../../../scenarios/strength/strength.ts";
import { corpusAround } from "../../corpus.ts";
import { type ExitCode, worst } from "../../exit.ts";
import { SuiteCommand } from "../../suite/suite-command.ts";

const NAMED_MAX = 10;

export class SuiteStrength extends SuiteCommand {
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
    const [{ discover }, { caseName }, { strengths }, { suiteSubjects }, { configOf }] = await Promise.all([
      import("../../../scenarios/discover.ts"),
      import("../../../scenarios/case-folder.ts"),
      import("../../../scenarios/strength/strength.ts"),
      import("../../suite/suite-subjects.ts"),
      import("../../wiring.ts"),
    ]);
    const folder = resolve(args.dir);
    const corpus = corpusAround(folder);
    const findSubject = suiteSubjects(await configOf(flags));
    const all = (await discover(folder)).folders;
    const folders = all.filter((path) => caseName(corpus, path).includes(flags.filter ?? ""));
    let tried = 0;
    let missed = 0;
    const exits: ExitCode[] = [];
    for await (const each of strengths({ corpus, folders, findSubject, signal: this.interrupted })) {
      if ("failure" in each) {
        exits.push(await this.tellFailure(each.failure, flags));
        continue;
      }
      if (flags.json) await this.printJson({ ...each });
      tried += each.tried;
      missed += each.missed.length;
      if (!flags.json && each.missed.length > 0) await this.printLine(missedWords(each));
    }
    this.say(`${tried} ways of being wrong, ${tried - missed} noticed, ${missed} not`);
    return worst(exits);
  }
}

function missedWords({ name, tried, missed }: Strength): string {
  const named = missed.slice(0, NAMED_MAX).map((mutation) => `\n  ${mutation}`);
  const left = missed.length - named.length;
  return `${name}: does not notice ${missed.length} of ${tried}${named.join("")}${left > 0 ? `\n  and ${left} more` : ""}`;
}
