import { basename } from "node:path";
import process from "node:process";
import { Args, Flags } from "@oclif/core";
import { FieldtapeError } from "../../errors.ts";
import type { ImportOptions, ImportReport } from "../../recorder/convert/import.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { FieldtapeCommand } from "../fieldtape-command.ts";

const FORMATS = ["pcap", "pcapng", "hex-log", "socat", "jsonl-v1", "hex", "raw"] as const;
const PROGRESS_EVERY = 200_000_000;

interface Wishes {
  readonly force: boolean;
  readonly json: boolean;
}

export class Import extends FieldtapeCommand {
  static override summary = "Turn captures, dumps and logs of other programs into tapes.";
  static override description =
    `Reads pcap and pcapng (TCP is put together, UDP stays datagrams), hex logs of the form "TIME rx|tx HEX", dumps of "socat -x" and "socat -x -v", tapes of schema 1, plain hex and raw bytes. What a file is, its content says; --format overrules it, and raw bytes must be named.

In a capture the end that accepted a connection is the device, so its bytes are rx. Without a handshake in the file it is the end with the --port, else the one with the lower port. Time 0 is the first packet. A read has the time of the packet that made it deliverable; bytes that are missing are a gap.

Each FILE becomes NAME.tape.jsonl here; with --output all of them, in this order, become one tape, in which connections go on from file to file.`;
  static override examples = [
    {
      description: "A capture of one device's Modbus traffic.",
      command: "<%= config.bin %> <%= command.id %> site.pcapng --port 502",
    },
    {
      description: "A capture that was written in pieces.",
      command: "<%= config.bin %> <%= command.id %> ring_*.pcap -o site.tape.jsonl",
    },
    {
      description: "Bytes of a serial line without times.",
      command: "<%= config.bin %> <%= command.id %> dump.bin --format raw --baud 9600",
    },
    {
      description: "While it is being captured.",
      command: "tcpdump -w - port 502 | <%= config.bin %> <%= command.id %> - -o live.tape.jsonl",
    },
  ];
  static override strict = false;
  static override args = {
    file: Args.string({ description: "what to import; - is the standard input", required: true }),
  };
  static override flags = {
    output: Flags.string({ char: "o", description: "the tape to write", helpValue: "TAPE" }),
    force: Flags.boolean({ description: "overwrite a tape that is there" }),
    format: Flags.option({ options: FORMATS, description: "what the files are, whatever they look like" })(),
    port: Flags.integer({
      description: "captures: only what has this port; may be given several times",
      multiple: true,
      multipleNonGreedy: true,
      min: 0,
      max: 65_535,
    }),
    zone: Flags.string({ description: "of dates that have none: Z or +02:00 (default: Z)", helpValue: "ZONE" }),
    dir: Flags.option({
      options: ["rx", "tx"] as const,
      description: "raw bytes and plain hex: which way they went",
      default: "rx",
    })(),
    baud: Flags.integer({ description: "raw bytes: speed of the line, 10 bits a byte", min: 1, max: 100_000_000 }),
    chunk: Flags.integer({
      description: "raw bytes: how many a read returns (default: 64 with --baud, else 4096)",
      min: 1,
      max: 524_288,
    }),
  };

  #shown = 0;

  protected override async act(): Promise<ExitCode> {
    const { argv, flags } = await this.parse(Import);
    const files = argv.map(String);
    const { zone, format, baud } = flags;
    if (zone !== undefined && !/^(Z|[+-]\d\d:\d\d)$/.test(zone)) {
      throw new FieldtapeError("USAGE", `${JSON.stringify(zone)} is no zone`, { hint: "write it like Z or +02:00" });
    }
    const options: ImportOptions = {
      ports: new Set(flags.port),
      dir: flags.dir,
      chunk: flags.chunk ?? (baud === undefined ? 4096 : 64),
      ...(format === undefined ? {} : { format }),
      ...(baud === undefined ? {} : { baud }),
      ...(zone === undefined ? {} : { zone }),
    };
    if (flags.output !== undefined) await this.#import(files, flags.output, flags, options);
    else for (const file of files) await this.#import([file], defaultOutput(file), flags, options);
    return EXIT.ok;
  }

  async #import(
    files: readonly string[],
    output: string,
    { force, json }: Wishes,
    options: ImportOptions,
  ): Promise<void> {
    const [{ importTape }, { importJson, importWords }, { realWorld }] = await Promise.all([
      import("../import-tape.ts"),
      import("../import-words.ts"),
      import("../wiring.ts"),
    ]);
    const { clock } = realWorld({ sleep: "coarse" });
    const onProgress = (report: ImportReport, size: number | undefined): void => {
      if (!process.stderr.isTTY || clock.now() - this.#shown < PROGRESS_EVERY) return;
      this.#shown = clock.now();
      const share = size === undefined || size === 0 ? "" : ` (${Math.floor((report.input * 100) / size)} %)`;
      process.stderr.write(`\r\u001b[K${report.input} bytes read${share}, ${report.reads} reads`);
    };
    this.#shown = 0;
    const clear = (): void => {
      if (this.#shown > 0) process.stderr.write("\r\u001b[K");
    };
    const report = await importTape({ files, output, force, options, signal: this.interrupted, onProgress }).finally(
      clear,
    );
    if (json) await this.printJson(importJson(output, report));
    else this.say(importWords(output, report));
  }
}

/** `site.pcap` becomes `site.tape.jsonl` here. */
function defaultOutput(file: string): string {
  const name = file === "-" ? "stdin" : basename(file);
  return `${name.replace(/(?<=.)(\.tape)?\.[^.]*$/, "")}.tape.jsonl`;
}
