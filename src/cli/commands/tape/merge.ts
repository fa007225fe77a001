import { Args, Flags } from "@oclif/core";
import { FieldtapeError } from "../../../errors.ts";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class TapeMerge extends FieldtapeCommand {
  static override summary = "Put several tapes together: segments, parts of one tape, recordings of one event.";
  static override description =
    "Segments and parts of one recording come together exactly as they were; parts that overlap are refused. Different recordings are laid side by side by their dates, each with its own channels, renumbered; a clock that was set while recording is believed from then on. Where the clocks of two recorders differ, put the same mark on both tapes and name it with --align.";
  static override examples = [
    {
      description: "The segments of a recording.",
      command: "<%= config.bin %> <%= command.id %> site.tape.jsonl site.0*.tape.jsonl --output whole.tape.jsonl",
    },
    {
      description: "Two recorders whose clocks differ.",
      command:
        "<%= config.bin %> <%= command.id %> plc.tape.jsonl meter.tape.jsonl --align sync --output both.tape.jsonl",
    },
  ];
  static override strict = false;
  static override args = { tape: Args.string({ description: "the tapes", required: true }) };
  static override flags = {
    align: Flags.string({ description: "lay recordings by their first mark of this label", helpValue: "MARK" }),
    output: Flags.string({ char: "o", description: "the tape to write", helpValue: "TAPE", required: true }),
    force: Flags.boolean({ description: "overwrite a tape that is there" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { argv, flags } = await this.parse(TapeMerge);
    const [{ mergeTapes }, { plural }, { formatDuration }] = await Promise.all([
      import("../../../tape/merge.ts"),
      import("../../plural.ts"),
      import("../../../time/duration.ts"),
    ]);
    const { align, force, output } = flags;
    const paths = argv.map(String);
    if (paths.length < 2) throw new FieldtapeError("USAGE", "one tape alone is nothing to merge");
    const report = await mergeTapes(paths, output, { force, ...(align === undefined ? {} : { align }) });
    if (flags.json) await this.printLine(JSON.stringify(report));
    else {
      const places = report.sources.map(({ path, shift }) => `  ${path} from ${formatDuration(shift)}`);
      const left = report.anchorsLeftOut;
      const clocks = left === 0 ? [] : [`  ${plural(left, "date")} by other clocks left out`];
      this.say([`${output}: ${plural(report.records, "record")}`, ...places, ...clocks].join("\n"));
    }
    return EXIT.ok;
  }
}
