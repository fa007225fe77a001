import { resolve } from "node:path";
import { Args, Flags } from "@oclif/core";
import { FieldtapeError } from "../../../errors.ts";
import { refuseContinuousIntegration } from "../../continuous-integration.ts";
import { EXIT, type ExitCode, worst } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class SuiteAccept extends FieldtapeCommand {
  static override summary = "Make what the subjects say now the goldens of the named cases.";
  static override description =
    "Runs each case twice; one whose runs differ is refused, and then nothing is written. The reason is kept in one file below the corpus's changes/ folder. Commit goldens on their own.";
  static override examples = [
    {
      description: "One case.",
      command: '<%= config.bin %> <%= command.id %> modbus/late-reply --reason "late replies are told apart"',
    },
    {
      description: "Every case below a folder.",
      command: '<%= config.bin %> <%= command.id %> nmea --reason "first goldens"',
    },
  ];
  static override strict = false;
  static override args = {
    case: Args.string({ description: "a case, or a folder of them, as suite list names it", required: true }),
  };
  static override flags = {
    reason: Flags.string({ description: "why this is right now", required: true, helpValue: "TEXT" }),
    corpus: Flags.string({ description: "the corpus", default: "corpora", helpValue: "DIR" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { argv, flags } = await this.parse(SuiteAccept);
    const names = argv.map(String);
    if (flags.reason.trim() === "") throw new FieldtapeError("USAGE", "--reason must say why this is right now");
    refuseContinuousIntegration();
    const corpus = resolve(flags.corpus);
    const [{ discover }, { accept }, { suiteSubjects }, { configOf }, { caseWords, exitOf }] = await Promise.all([
      import("../../../scenarios/discover.ts"),
      import("../../../scenarios/accept.ts"),
      import("../../suite-subjects.ts"),
      import("../../wiring.ts"),
      import("../../suite-words.ts"),
    ]);
    const { folders } = await discover(corpus);
    const wanted = folders.filter((folder) => names.some((name) => isBelow(folder, resolve(corpus, name))));
    if (wanted.length === 0) {
      throw new FieldtapeError("USAGE", `no case of ${flags.corpus} is called ${names.join(", ")}`, {
        hint: "see fieldtape suite list",
      });
    }
    const findSubject = suiteSubjects(await configOf(flags));
    const accepted = await accept({
      corpus,
      folders: wanted,
      reason: flags.reason,
      findSubject,
      signal: this.interrupted,
    });
    const codes: ExitCode[] = [];
    for (const { name, outcome } of accepted) {
      const refused = outcome.type !== "accepted" && outcome.type !== "unchanged";
      if (flags.json) await this.printJson({ name, outcome: { ...outcome } });
      else await this.printLine(refused ? caseWords({ name, outcome, fed: 0, said: 0 }) : `${outcome.type}: ${name}`);
      codes.push(refused ? exitOf(outcome) : EXIT.ok);
    }
    return worst(codes);
  }
}

function isBelow(folder: string, place: string): boolean {
  return folder === place || folder.startsWith(`${place}/`);
}
