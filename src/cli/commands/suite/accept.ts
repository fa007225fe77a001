import { resolve } from "node:path";
import { Args, Flags } from "@oclif/core";
import type { Trial } from "../../../scenarios/trial.ts";
import { refuseContinuousIntegration } from "../../continuous-integration.ts";
import { type ExitCode, worst } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";
import type { AcceptRequest } from "../../suite/suite-accept.ts";

export class SuiteAccept extends FieldtapeCommand {
  static override summary = "Make what the subjects say now the goldens of the named cases.";
  static override description =
    "Runs each case twice; one whose runs differ is refused, and then nothing is written. With --cluster every case that differs by that cause alone is accepted in one decision; one that differs by another cause too stays as it is. The reason is kept in one file below the corpus's changes/ folder. Commit goldens on their own.";
  static override examples = [
    {
      description: "One case.",
      command: '<%= config.bin %> <%= command.id %> modbus/late-reply --reason "late replies are told apart"',
    },
    {
      description: "Every case below a folder.",
      command: '<%= config.bin %> <%= command.id %> nmea --reason "first goldens"',
    },
    {
      description: "Every case that differs by one cause, as suite run names it.",
      command: '<%= config.bin %> <%= command.id %> --cluster 9f880d40fb --reason "reading is called value now"',
    },
  ];
  static override strict = false;
  static override args = {
    case: Args.string({ description: "a case, or a folder of them, as suite list names it" }),
  };
  static override flags = {
    reason: Flags.string({ description: "why this is right now", required: true, helpValue: "TEXT" }),
    cluster: Flags.string({
      description: "only what differs by this cause, as suite run names it; may be given more than once",
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "ID|SIGNATURE",
    }),
    variant: Flags.string({ description: "write the golden of this variant", helpValue: "NAME" }),
    corpus: Flags.string({ description: "the corpus", default: "corpora", helpValue: "DIR" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { argv, flags } = await this.parse(SuiteAccept);
    refuseContinuousIntegration();
    const [{ toAccept, tryCases }, { accept, refuseNoReason }, { configOf, configOptionsOf }] = await Promise.all([
      import("../../suite/suite-accept.ts"),
      import("../../../scenarios/accept.ts"),
      import("../../wiring.ts"),
    ]);
    const request: AcceptRequest = {
      names: argv.map(String),
      clusters: flags.cluster ?? [],
      corpus: flags.corpus,
      variant: flags.variant,
      config: configOptionsOf(flags),
      signal: this.interrupted,
    };
    refuseNoReason(flags.reason);
    const { folders, causes } = await toAccept(request, await configOf(flags));
    const corpus = resolve(flags.corpus);
    const how = {
      ...(causes === undefined ? {} : { causes }),
      ...(flags.variant === undefined ? {} : { variant: flags.variant }),
    };
    const trials = await tryCases(
      folders.map((folder) => ({ corpus, folder, ...how })),
      request,
    );
    const accepted = await accept(trials, { corpus, reason: flags.reason, ...how });
    return await this.#report(accepted, flags.json);
  }

  async #report(accepted: readonly Trial[], json: boolean): Promise<ExitCode> {
    const { acceptanceExit, acceptanceWords } = await import("../../suite/suite-accept.ts");
    if (json) for (const { name, outcome, lints } of accepted) await this.printJson({ name, outcome, lints });
    else for (const words of acceptanceWords(accepted)) await this.printLine(words);
    return worst(accepted.map(({ outcome }) => acceptanceExit(outcome)));
  }
}
