import { resolve } from "node:path";
import { Args, Flags } from "@oclif/core";
import { FieldtapeError } from "../../../errors.ts";
import { OPENING_FLAGS, openingOf } from "../../bundle/opening.ts";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class ScenarioNew extends FieldtapeCommand {
  static override summary = "Make a regression case of a tape, or of one in a bundle.";
  static override description =
    "Writes a folder below the corpus: the tape, a README with where it came from, and a scenario.yaml that proposes expectations, rare events first. What the subject says now is left as a pending golden outside the corpus, or accepted at once with --accept.";
  static override examples = [
    {
      description: "A case from a recording of the site; its golden is looked at before it is accepted.",
      command:
        '<%= config.bin %> <%= command.id %> modbus/late-reply --from site.tape.jsonl --subject modbus-session --why "a late reply is told apart"',
    },
    {
      description: "The same, accepted at once.",
      command:
        '<%= config.bin %> <%= command.id %> nmea/noise --from noise.tape.jsonl -s nmea --why "noise costs no sentence" --accept --reason "first golden"',
    },
    {
      description: "Of what a customer sent: the subject and its settings are those that the bundle names.",
      command:
        '<%= config.bin %> <%= command.id %> modbus/site-17 --from site.zip --why "the meter on line 3 answers twice"',
    },
  ];
  static override args = {
    name: Args.string({ description: "its place below the corpus, as SUITE/CASE", required: true }),
  };
  static override flags = {
    from: Flags.string({
      description: "the tape or the bundle that it is made from",
      required: true,
      helpValue: "TAPE|BUNDLE",
    }),
    tape: Flags.string({ description: "which tape of a bundle that has several", helpValue: "NAME" }),
    why: Flags.string({ description: "what the case protects, as a sentence", required: true, helpValue: "TEXT" }),
    subject: Flags.string({
      char: "s",
      description: "what the tape is played into (default: the bundle's, or the configuration's)",
      helpValue: "NAME",
    }),
    options: Flags.string({ description: "the subject's settings", helpValue: "JSON|@FILE" }),
    provenance: Flags.string({
      description: "who recorded what, with which command (default: what the tape says of itself)",
      helpValue: "TEXT",
    }),
    gaps: Flags.string({ description: "why it is right that the tape has gaps", helpValue: "TEXT" }),
    corpus: Flags.string({ description: "the corpus", default: "corpora", helpValue: "DIR" }),
    accept: Flags.boolean({ description: "make what the subject says now the golden", dependsOn: ["reason"] }),
    reason: Flags.string({
      description: "why what it says is right",
      helpValue: "TEXT",
      dependsOn: ["accept"],
    }),
    ...OPENING_FLAGS,
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(ScenarioNew);
    const [{ createScenario }, { caseSource }, { configOf }] = await Promise.all([
      import("../../create-scenario.ts"),
      import("../../bundle/case-source.ts"),
      import("../../wiring.ts"),
    ]);
    const config = await configOf(flags);
    await using source = await caseSource(flags.from, flags.tape, () => openingOf(flags, this.interrupted));
    const subject = flags.subject ?? source.subject ?? config.config.subject;
    if (subject === undefined) {
      throw new FieldtapeError("SUBJECT_UNKNOWN", "which subject? none is named, here or in the configuration", {
        hint: `name one with --subject; fieldtape replay ${flags.from} says which ones read this tape`,
      });
    }
    const { written, accepted, refusal } = await createScenario({
      name: args.name,
      from: source.tape,
      why: flags.why,
      subject,
      options: flags.options,
      // Another subject has other settings.
      optionsOtherwise: flags.subject === undefined ? source.options : undefined,
      provenance: flags.provenance ?? source.provenance,
      gaps: flags.gaps,
      corpus: resolve(flags.corpus),
      reason: flags.accept ? flags.reason : undefined,
      config,
      signal: this.interrupted,
    });
    if (flags.json) await this.printJson({ ...written, expectations: written.expectations.length, accepted });
    else for (const line of refusal === undefined ? [] : [refusal.words]) await this.printLine(line);
    this.say(`${written.folder}: a case of ${written.said} records said`);
    this.say(
      `  ${written.expectations.length} expectations are proposed in scenario.yaml: keep those that say why the case exists`,
    );
    if (written.gaps > 0 && flags.gaps === undefined)
      this.say(`  the tape has ${written.gaps} gap(s): say under "gaps" why that is right`);
    if (!accepted)
      this.say(
        `  what it says now: ${written.pending}\n  accept it with fieldtape suite accept ${args.name} --reason "…"`,
      );
    return refusal?.exit ?? EXIT.ok;
  }
}
