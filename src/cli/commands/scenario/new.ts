import { resolve } from "node:path";
import { Args, Flags } from "@oclif/core";
import { FieldtapeError } from "../../../errors.ts";
import type { WantedCase } from "../../../scenarios/new-scenario.ts";
import { OPENING_FLAGS, openingOf } from "../../bundle/opening.ts";
import type { LoadedConfig } from "../../config/config-file.ts";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";
import type { SearchFlags } from "../../minimise/request.ts";
import { searchFlags } from "../../minimise/search-flags.ts";

export class ScenarioNew extends FieldtapeCommand {
  static override summary = "Make a regression case of a tape, or of one in a bundle.";
  static override description =
    "Writes a folder below the corpus: the tape, a README with where it came from, and a scenario.yaml that proposes expectations, rare events first. What the subject says now is left as a pending golden outside the corpus, or accepted at once with --accept. With --minimise only those records of the tape stay that show what is wrong, as with scenario minimise, and the case expects that it is gone.";
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
    {
      description: "The few records of it that show it.",
      command:
        '<%= config.bin %> <%= command.id %> modbus/site-17 --from site.zip --why "the meter on line 3 answers twice" --minimise --keep "state = contradicted"',
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
    minimise: Flags.boolean({
      description:
        "keep only what shows what is wrong on the tape: a failure, a broken relation, or what is said below",
      exclusive: ["accept"],
    }),
    ...searchFlags(["minimise"]),
    resume: Flags.boolean({ description: "go on with a search that was broken off", dependsOn: ["minimise"] }),
    ...OPENING_FLAGS,
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(ScenarioNew);
    const [{ caseSource }, { configOf }, { parseOptionsFlag }] = await Promise.all([
      import("../../bundle/case-source.ts"),
      import("../../wiring.ts"),
      import("../../options-flag.ts"),
    ]);
    const config = await configOf(flags);
    await using source = await caseSource(flags.from, flags.tape, () => openingOf(flags, this.interrupted));
    const subject = flags.subject ?? source.subject ?? config.config.subject;
    if (subject === undefined) {
      throw new FieldtapeError("SUBJECT_UNKNOWN", "which subject? none is named, here or in the configuration", {
        hint: `name one with --subject; fieldtape replay ${flags.from} says which ones read this tape`,
      });
    }
    // Another subject than the bundle's has other settings.
    const otherwise = flags.subject === undefined ? source.options : undefined;
    const wanted: WantedCase = {
      name: args.name,
      from: source.tape,
      why: flags.why,
      subject,
      options: flags.options === undefined ? otherwise : await parseOptionsFlag(flags.options),
      provenance: flags.provenance ?? source.provenance,
      gaps: flags.gaps,
      corpus: resolve(flags.corpus),
    };
    // Awaited here: the bundle stays open until then.
    if (flags.minimise) return await this.#minimised(wanted, flags, config);
    return await this.#whole(wanted, { reason: flags.accept ? flags.reason : undefined, json: flags.json }, config);
  }

  async #whole(
    wanted: WantedCase,
    { reason, json }: { readonly reason: string | undefined; readonly json: boolean },
    config: LoadedConfig,
  ): Promise<ExitCode> {
    const { createScenario } = await import("../../create-scenario.ts");
    const created = await createScenario({ ...wanted, reason, config, signal: this.interrupted });
    const { written, accepted, refusal } = created;
    if (json) await this.printJson({ ...written, expectations: written.expectations.length, accepted });
    else for (const line of refusal === undefined ? [] : [refusal.words]) await this.printLine(line);
    this.say(`${written.folder}: a case of ${written.said} records said`);
    this.say(
      `  ${written.expectations.length} expectations are proposed in scenario.yaml: keep those that say why the case exists`,
    );
    if (written.gaps > 0 && wanted.gaps === undefined)
      this.say(`  the tape has ${written.gaps} gap(s): say under "gaps" why that is right`);
    if (!accepted)
      this.say(
        `  what it says now: ${written.pending}\n  accept it with fieldtape suite accept ${wanted.name} --reason "…"`,
      );
    return refusal?.exit ?? EXIT.ok;
  }

  async #minimised(
    wanted: WantedCase,
    flags: SearchFlags & { readonly json: boolean; readonly resume: boolean },
    config: LoadedConfig,
  ): Promise<ExitCode> {
    const [{ newMinimised }, { searchOf }, { minimisedJson, minimisedWords }, { realWorld }] = await Promise.all([
      import("../../minimise/new-minimised.ts"),
      import("../../minimise/request.ts"),
      import("../../minimise/words.ts"),
      import("../../wiring.ts"),
    ]);
    const minimised = await newMinimised(
      { ...wanted, ...(await searchOf(flags)), resume: flags.resume },
      {
        config,
        clock: realWorld({ sleep: "coarse" }).clock,
        signal: this.interrupted,
        say: (text) => this.say(text),
      },
    );
    if (flags.json) await this.printJson(minimisedJson(minimised));
    else await this.printLine(minimisedWords(minimised));
    return minimised.over === "interrupted" ? EXIT.aborted : EXIT.ok;
  }
}
