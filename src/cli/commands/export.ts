import { basename } from "node:path";
import { Args, Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../exit.ts";
import { FieldtapeCommand } from "../fieldtape-command.ts";
import { plural } from "../plural.ts";

const EXTENSIONS = { pcapng: "pcapng", "jsonl-v1": "jsonl", raw: "bin", hex: "log" } as const;
const FORMATS = ["pcapng", "jsonl-v1", "raw", "hex"] as const;

export class Export extends FieldtapeCommand {
  static override summary = "Turn a tape into a file for other programs.";
  static override description =
    `pcapng: a packet for each read, with its time to the nanosecond, for Wireshark and tshark. Channels of TCP and UDP get the headers that they could have had on the wire, with right sequence numbers and checksums; serial lines and pipes have link type USER0 and bare bytes. Losses, marks and what happened to links stand as comments of the packets; import gives the same tape again. jsonl-v1: schema 1 (received bytes only). raw: the bytes of one channel and direction. hex: "TIME rx|tx HEX" of one channel.`;
  static override examples = [
    { description: "For Wireshark.", command: "<%= config.bin %> <%= command.id %> site.tape.jsonl -o site.pcapng" },
    {
      description: "What the device sent, into another program.",
      command: "<%= config.bin %> <%= command.id %> gps.tape.jsonl --format raw --dir rx -o - | gpsdecode",
    },
    {
      description: "A recording that was rotated, in one file.",
      command: "<%= config.bin %> <%= command.id %> site.tape.jsonl --segments -o site.pcapng",
    },
  ];
  static override args = { tape: Args.string({ description: "the tape", required: true }) };
  static override flags = {
    format: Flags.option({ options: FORMATS, description: "what to write", default: "pcapng" })(),
    output: Flags.string({ char: "o", description: "the file to write; - is the standard output", helpValue: "FILE" }),
    force: Flags.boolean({ description: "overwrite a file that is there" }),
    segments: Flags.boolean({ description: "the whole recording: all of its segments that lie beside this one" }),
    channel: Flags.string({ description: "only this channel, by number or name", helpValue: "CHANNEL" }),
    dir: Flags.option({ options: ["rx", "tx"] as const, description: "only this direction" })(),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(Export);
    const { createOutput, exportTape } = await import("../export-tape.ts");
    const { format, channel, dir, json, force, segments } = flags;
    const extension = EXTENSIONS[format];
    const output = flags.output ?? `${basename(args.tape).replace(/(\.tape)?\.jsonl(\.gz)?$/, "")}.${extension}`;
    const standard = { write: (piece: Uint8Array) => this.print(piece), [Symbol.asyncDispose]: async () => {} };
    const report = await exportTape({
      tape: args.tape,
      format,
      segments,
      signal: this.interrupted,
      open: async (sources) => (output === "-" ? standard : createOutput(output, sources, force)),
      ...(channel === undefined ? {} : { channel }),
      ...(dir === undefined ? {} : { dir }),
    });
    if (json && output !== "-") await this.printJson({ output, format, ...report });
    else this.say(words(output === "-" ? "standard output" : output, report));
    return EXIT.ok;
  }
}

interface Counts {
  readonly bytes: number;
  readonly written: number;
  readonly leftOut: number;
  readonly unfinished: boolean;
  readonly segments?: { readonly read: number; readonly missing: number };
}

function words(output: string, { bytes, written, leftOut, unfinished, segments }: Counts): string {
  const left = leftOut === 0 ? "" : `; ${leftOut} records left out, which the format cannot say`;
  const of = segments === undefined ? "" : ` of ${plural(segments.read, "segment")}`;
  const missing = segments === undefined || segments.missing === 0 ? "" : missingWords(segments.missing);
  return `${output}: ${written} reads${of}, ${bytes} bytes${left}${missing}${unfinished ? "\n  the tape was not closed cleanly" : ""}`;
}

const missingWords = (missing: number): string =>
  `\n  ${plural(missing, "segment")} of the recording ${missing === 1 ? "is" : "are"} not there`;
