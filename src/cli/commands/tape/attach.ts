import { Args, Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class TapeAttach extends FieldtapeCommand {
  static override summary = "Put a file onto a tape: a picture, a log, a firmware.";
  static override description =
    "Its bytes go beside the tape, a record that names them by digest onto it, at its end or --at a place (12.5s, a date, line:120, mark:LABEL). Cutting, merging and compressing the tape carry it along; checking the tape checks it.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> site.tape.jsonl cabinet.jpg",
    {
      description: "Where it happened, on the channel that it is about.",
      command: '<%= config.bin %> <%= command.id %> site.tape.jsonl plc.log --at "mark:pump stopped" --channel plc',
    },
  ];
  static override args = {
    tape: Args.string({ description: "the tape", required: true }),
    file: Args.string({ description: "the file", required: true }),
  };
  static override flags = {
    at: Flags.string({ description: "where on the tape (default: at its end)", helpValue: "PLACE" }),
    channel: Flags.string({ description: "what it is about, by number or name", helpValue: "CHANNEL" }),
    media: Flags.string({ description: "its media type (default: by the end of its name)", helpValue: "TYPE/SUBTYPE" }),
    name: Flags.string({ description: "what it is called (default: the name of the file)", helpValue: "NAME" }),
    output: Flags.string({ char: "o", description: "a new tape to write instead", helpValue: "TAPE" }),
    force: Flags.boolean({ description: "overwrite a tape that is there" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(TapeAttach);
    const [{ attachFile }, { parsePosition }, { bytesWords }, { formatDuration }] = await Promise.all([
      import("../../../tape/attach.ts"),
      import("../../../tape/position.ts"),
      import("../../tape-words.ts"),
      import("../../../time/duration.ts"),
    ]);
    const { at, channel, media, name, output, force } = flags;
    const record = await attachFile(args.tape, args.file, {
      force,
      ...(at === undefined ? {} : { at: parsePosition(at) }),
      ...(channel === undefined ? {} : { channel }),
      ...(media === undefined ? {} : { media }),
      ...(name === undefined ? {} : { name }),
      ...(output === undefined ? {} : { out: output }),
    });
    if (flags.json) await this.printLine(JSON.stringify(record));
    else this.say(`${output ?? args.tape}: ${args.file} at ${formatDuration(record.at)}, ${bytesWords(record.size)}`);
    return EXIT.ok;
  }
}
