import process from "node:process";
import { Args, Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class ConfigMigrate extends FieldtapeCommand {
  static override summary = "Write a configuration of an older schema as one of this version's.";
  static override description =
    "An older configuration is read as it is; this writes down what it means now, with the schema's number. Comments and order stay. A configuration that is code is not rewritten.";
  static override examples = [
    { description: "What would be written.", command: "<%= config.bin %> <%= command.id %> --dry-run" },
    "<%= config.bin %> <%= command.id %>",
  ];
  static override args = { file: Args.string({ description: "the configuration (default: this project's)" }) };
  static override flags = {
    "dry-run": Flags.boolean({ description: "print what would be written, and write nothing" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(ConfigMigrate);
    const [{ configPath }, { migrateFile }] = await Promise.all([
      import("../../config/config-file.ts"),
      import("../../config/migrate-file.ts"),
    ]);
    const file = configPath({ folder: process.cwd(), file: args.file ?? flags.config });
    const text = file === undefined ? undefined : await migrateFile(file, { write: !flags["dry-run"] });
    if (flags.json) await this.printJson({ file, changed: text !== undefined, text });
    else if (text !== undefined && flags["dry-run"]) await this.print(text);
    this.say(told(file, text !== undefined, flags["dry-run"]));
    return EXIT.ok;
  }
}

function told(file: string | undefined, changed: boolean, dryRun: boolean): string {
  if (file === undefined) return "there is no configuration";
  if (!changed) return `${file} is of this version's schema`;
  return dryRun ? `${file} would be rewritten` : `${file} is rewritten`;
}
