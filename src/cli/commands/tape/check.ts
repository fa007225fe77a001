import { Args } from "@oclif/core";
import { EXIT, type ExitCode, worst } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class TapeCheck extends FieldtapeCommand {
  static override summary = "Look a tape over for damage: every line, hash and blob.";
  static override description =
    "Exit code 1 if anything is wrong, and each thing is named with its lines. Bytes after the last hash, a last line that was never finished and a missing end are said, and are no damage: a recording that was killed looks so.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> site.tape.jsonl",
    {
      description: "All segments of a recording.",
      command: "<%= config.bin %> <%= command.id %> site.tape.jsonl site.0*.tape.jsonl",
    },
  ];
  static override strict = false;
  static override args = { tape: Args.string({ description: "the tapes", required: true }) };

  protected override async act(): Promise<ExitCode> {
    const { argv, flags } = await this.parse(TapeCheck);
    const [{ checkTape }, { checkWords }] = await Promise.all([
      import("../../../tape/check.ts"),
      import("../../tape-words.ts"),
    ]);
    const codes: ExitCode[] = [];
    for (const tape of argv.map(String)) {
      const report = await checkTape(tape, this.interrupted);
      await this.printLine(flags.json ? JSON.stringify(report) : checkWords(report));
      codes.push(report.findingsCount > 0 ? EXIT.different : EXIT.ok);
    }
    return worst(codes);
  }
}
