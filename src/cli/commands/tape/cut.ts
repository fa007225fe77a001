import { Args, Flags } from "@oclif/core";
import { FieldtapeError } from "../../../errors.ts";
import type { Position } from "../../../tape/position.ts";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

const PLACES = "12.5s, +90ms, a date like 2026-11-20T12:00:00Z, line:120 or mark:LABEL";

export class TapeCut extends FieldtapeCommand {
  static override summary = "Write a part of a tape as a tape: a stretch of time, some lines, some channels.";
  static override description =
    `Places are ${PLACES}. The part begins with the first record at or after --from and ends before the first one at or after --until; +90ms counts from where it begins. Times stay as they are. Channels, open links and the date that were in force are said again at the beginning, blobs are carried along. Parts of one tape merge to that tape again.`;
  static override examples = [
    {
      description: "Two minutes around what went wrong.",
      command: '<%= config.bin %> <%= command.id %> site.tape.jsonl --from "mark:pump stopped" --until +2m',
    },
    {
      description: "One channel.",
      command: "<%= config.bin %> <%= command.id %> site.tape.jsonl --channel plc --output plc.tape.jsonl",
    },
    "<%= config.bin %> <%= command.id %> site.tape.jsonl --lines 1200-1300",
  ];
  static override args = { tape: Args.string({ description: "the tape", required: true }) };
  static override flags = {
    from: Flags.string({ description: "the first record that is kept", helpValue: "PLACE" }),
    until: Flags.string({ description: "the first record that is not kept any more", helpValue: "PLACE" }),
    lines: Flags.string({
      description: "these lines, the last one too",
      helpValue: "FIRST-LAST",
      exclusive: ["from", "until"],
    }),
    channel: Flags.string({
      description: "only this channel, by number or name; may be given several times",
      helpValue: "CHANNEL",
      multiple: true,
      multipleNonGreedy: true,
    }),
    output: Flags.string({
      char: "o",
      description: "the tape to write (default: NAME.cut.tape.jsonl beside it)",
      helpValue: "TAPE",
    }),
    force: Flags.boolean({ description: "overwrite a tape that is there" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(TapeCut);
    const [{ cutTape }, { parsePosition }, { plural }] = await Promise.all([
      import("../../../tape/cut.ts"),
      import("../../../tape/position.ts"),
      import("../../plural.ts"),
    ]);
    const range =
      flags.lines === undefined
        ? {
            ...(flags.from === undefined ? {} : { from: parsePosition(flags.from) }),
            ...(flags.until === undefined ? {} : { until: parsePosition(flags.until) }),
          }
        : linesRange(flags.lines);
    const output = flags.output ?? `${args.tape.replace(/(\.tape)?\.jsonl(\.gz)?$/, "")}.cut.tape.jsonl`;
    const { channel: channels, force } = flags;
    const report = await cutTape(args.tape, output, {
      ...range,
      ...(channels === undefined ? {} : { channels }),
      force,
    });
    if (flags.json) await this.printLine(JSON.stringify(report));
    else {
      const { fromLine, untilLine, records, carried } = report;
      const lines = `lines ${fromLine} to ${untilLine === undefined ? "the last" : untilLine - 1}`;
      const again = carried === 0 ? "" : `, ${carried} of them said again`;
      this.say(`${output}: ${plural(records, "record")} (${lines}${again})`);
    }
    return EXIT.ok;
  }
}

/** `1200-1300`, both of them kept. */
function linesRange(text: string): { from: Position; until: Position } {
  const [, first, last] = /^([0-9]{1,15})-([0-9]{1,15})$/.exec(text) ?? [];
  const [from, until] = [Number(first), Number(last) + 1];
  if (first === undefined || from < 1 || until <= from)
    throw new FieldtapeError("USAGE", `${JSON.stringify(text)} are no lines`, { hint: "write them like 1200-1300" });
  return { from: { type: "line", line: from }, until: { type: "line", line: until } };
}
