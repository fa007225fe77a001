import { Args, Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";
import { LOCAL_FLAG } from "../../local-flag.ts";

export class TapeInspect extends FieldtapeCommand {
  static override summary = "Show what a tape is and holds: times, channels, counts, losses, marks, hashes.";
  static override description =
    "Reads the whole tape; one that is large gets an index beside it, so that it is read once only. --quick looks at its beginning and its end, whatever its size, unless the index is there already.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> site.tape.jsonl",
    {
      description: "A tape of many gigabytes.",
      command: "<%= config.bin %> <%= command.id %> --quick site.tape.jsonl",
    },
    {
      description: "Its marks, for a program.",
      command: "<%= config.bin %> <%= command.id %> site.tape.jsonl --json | jq .whole.survey.marks",
    },
  ];
  static override strict = false;
  static override args = { tape: Args.string({ description: "the tapes", required: true }) };
  static override flags = {
    quick: Flags.boolean({ description: "look at the beginning and the end only" }),
    ...LOCAL_FLAG,
  };

  protected override async act(): Promise<ExitCode> {
    const { argv, flags } = await this.parse(TapeInspect);
    const [{ inspectTape }, { inspectionWords }, { shownZone }] = await Promise.all([
      import("../../../tape/inspect.ts"),
      import("../../tape-words.ts"),
      import("../../wiring.ts"),
    ]);
    const zone = shownZone(flags);
    for (const tape of argv.map(String)) {
      const inspection = await inspectTape(tape, { quick: flags.quick, signal: this.interrupted });
      await this.printLine(flags.json ? JSON.stringify(inspection) : inspectionWords(inspection, zone));
    }
    return EXIT.ok;
  }
}
