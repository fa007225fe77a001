import { Flags } from "@oclif/core";
import type { ExitCode } from "../../exit.ts";
import { RECORD_FLAGS } from "../../record/flags.ts";
import { RecordCommand } from "../../record/record-command.ts";

export class RecordStdin extends RecordCommand {
  static override summary = "Record raw bytes from standard input until it ends.";
  static override description =
    "Each read is stamped when it returns. A pipe waits when the disk does not keep up, so nothing is lost. " +
    "The signal USR2 puts a mark, HUP begins a new segment, INT stops.";
  static override examples = [
    {
      description: "Whatever a program of yours reads.",
      command: "candump-like-tool | <%= config.bin %> <%= command.id %> -o session.tape.jsonl",
    },
  ];
  static override flags = {
    as: Flags.string({ description: "which way these bytes went", options: ["rx", "tx"], default: "rx" }),
    ...RECORD_FLAGS,
  };

  protected override async act(): Promise<ExitCode> {
    const { flags } = await this.parse(RecordStdin);
    return this.record({ type: "stdin", dir: flags.as === "tx" ? "tx" : "rx" }, flags);
  }
}
