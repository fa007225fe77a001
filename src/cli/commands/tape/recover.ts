import { Args, Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class TapeRecover extends FieldtapeCommand {
  static override summary = "Write a new tape with everything that is whole of a damaged one.";
  static override description =
    "Where something was lost stands a gap of cause damage. Reads what a kill, a power cut, a bad disk or a bad copy leaves: torn lines, NULs, rubbish, lost newlines, a lost header, broken compression. The damaged tape is not touched. Exit code 0 when the new tape is written, whatever was lost: it is said.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> site.tape.jsonl",
    "<%= config.bin %> <%= command.id %> site.tape.jsonl.gz --output mended.tape.jsonl",
  ];
  static override args = { tape: Args.string({ description: "the damaged tape", required: true }) };
  static override flags = {
    output: Flags.string({
      char: "o",
      description: "the tape to write (default: NAME.recovered.tape.jsonl beside it)",
      helpValue: "TAPE",
    }),
    force: Flags.boolean({ description: "overwrite a tape that is there" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(TapeRecover);
    const [{ recoveredPath, recoverTape }, { recoverWords }] = await Promise.all([
      import("../../../tape/recover.ts"),
      import("../../tape-words.ts"),
    ]);
    const report = await recoverTape(args.tape, flags.output ?? recoveredPath(args.tape), { force: flags.force });
    if (flags.json) await this.printLine(JSON.stringify(report));
    else this.say(recoverWords(args.tape, report));
    return EXIT.ok;
  }
}
