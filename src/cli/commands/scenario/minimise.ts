import { Args, Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";
import { IN_PROCESS_FLAG } from "../../in-process-flag.ts";
import { searchFlags } from "../../minimise/search-flags.ts";

export class ScenarioMinimise extends FieldtapeCommand {
  static override summary = "Make a case or a tape as small as can be while it goes on showing the same thing.";
  static override description =
    "Leaves out channels, time, records, faults, then parts of frames (their lengths and checks stay right) and bytes, and plays each smaller tape in this process. What must stay is one signature, not just any failure: without a flag the first of what is wrong with the case, a failure of the subject, a broken expectation, a broken relation. What is left is written as a new scenario that names its parent. Ctrl-C keeps the best so far (exit 130). Exit 6: nothing is wrong that could be kept.";
  static override examples = [
    {
      description: "The few frames of a case that break its expectations or relations.",
      command: "<%= config.bin %> <%= command.id %> corpora/modbus/late-reply",
    },
    {
      description: "Of a customer's recording, what makes the session say that a reply came late.",
      command:
        '<%= config.bin %> <%= command.id %> site.tape.jsonl -s modbus-session --keep \'value.type = "fault" and fault = "late"\'',
    },
    {
      description: "Where the new parser parts from the old one.",
      command: "<%= config.bin %> <%= command.id %> site.tape.jsonl -s new-parser --against old-parser --budget 5m",
    },
    {
      description: "Go on where the budget ended.",
      command: "<%= config.bin %> <%= command.id %> corpora/modbus/late-reply --resume --budget 10m",
    },
  ];
  static override args = {
    case: Args.string({ description: "the case's folder, or a tape", required: true }),
  };
  static override flags = {
    subject: Flags.string({
      char: "s",
      description: "what it is played into (default: the case's)",
      helpValue: "NAME",
    }),
    options: Flags.string({ description: "the subject's settings", helpValue: "JSON|@FILE" }),
    ...IN_PROCESS_FLAG,
    seed: Flags.integer({
      description: "seeds whatever chance is needed (default: the case's)",
      min: 0,
      max: 0xffff_ffff,
    }),
    ...searchFlags(),
    expectation: Flags.boolean({ description: "the same expectation of the case must still be broken" }),
    out: Flags.string({ char: "o", description: "the new scenario (default: CASE-minimised)", helpValue: "DIR" }),
    force: Flags.boolean({ description: "write over a scenario that is there" }),
    resume: Flags.boolean({ description: "go on with a search that was broken off", exclusive: ["force"] }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(ScenarioMinimise);
    const [{ minimiseRequest }, { runMinimise }, { minimisedJson, minimisedWords }, { configOf, realWorld }] =
      await Promise.all([
        import("../../minimise/request.ts"),
        import("../../minimise/run-minimise.ts"),
        import("../../minimise/words.ts"),
        import("../../wiring.ts"),
      ]);
    const request = await minimiseRequest(args.case, flags);
    const { clock } = realWorld({ sleep: "coarse" });
    const minimised = await runMinimise(request, {
      config: await configOf(flags),
      clock,
      signal: this.interrupted,
      say: (text) => this.say(text),
    });
    if (flags.json) await this.printJson(minimisedJson(minimised));
    else await this.printLine(minimisedWords(minimised));
    return minimised.over === "interrupted" ? EXIT.aborted : EXIT.ok;
  }
}
