import { Args, Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class TapeSeal extends FieldtapeCommand {
  static override summary = "Rewrite a tape's hashes after it was edited by hand.";
  static override description =
    "All other lines stay byte for byte as they are. The tape is replaced in one step when everything is written; with --output it is left as it is. A tape that cannot be read to its end has to be recovered instead.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> site.tape.jsonl",
    "<%= config.bin %> <%= command.id %> edited.tape.jsonl --output sealed.tape.jsonl",
  ];
  static override args = { tape: Args.string({ description: "the tape", required: true }) };
  static override flags = {
    output: Flags.string({ char: "o", description: "a new tape to write instead", helpValue: "TAPE" }),
    force: Flags.boolean({ description: "overwrite a tape that is there" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(TapeSeal);
    const { sealTape } = await import("../../../tape/seal.ts");
    const { output, force } = flags;
    const report = await sealTape(args.tape, { force, ...(output === undefined ? {} : { out: output }) });
    if (flags.json) await this.printLine(JSON.stringify(report));
    else {
      this.say(`${report.out}: sealed`);
      if (report.sealNext !== undefined) this.say(`  seal ${report.sealNext} next: it goes on from the hash before`);
    }
    return EXIT.ok;
  }
}
