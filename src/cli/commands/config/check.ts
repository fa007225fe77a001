import process from "node:process";
import { Args } from "@oclif/core";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class ConfigCheck extends FieldtapeCommand {
  static override summary = "Check a configuration: every key, and whether what it names is there.";
  static override description =
    "Names everything that is wrong at once, each with its key and line: keys that there are not, values, options of subjects, formats that cannot be compiled, modules, programs, folders, keys and roots of releases that are not there or not what they should be, and secrets, which do not belong there. A configuration that is code is run, what it names is not. Exit 2 when something is wrong.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    { description: "Another one.", command: "<%= config.bin %> <%= command.id %> site.config.yaml --json" },
  ];
  static override args = { file: Args.string({ description: "the configuration (default: this project's)" }) };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(ConfigCheck);
    const [{ configPath }, { checkConfig }, { realWorld }] = await Promise.all([
      import("../../config/config-file.ts"),
      import("../../config/check-config.ts"),
      import("../../wiring.ts"),
    ]);
    const file = configPath({ folder: process.cwd(), file: args.file ?? flags.config });
    const options = { path: process.env["PATH"] ?? "", now: realWorld({ sleep: "coarse" }).wall.wallNow() };
    const problems = file === undefined ? [] : await checkConfig(file, options);
    if (flags.json) await this.printJson({ file, problems: problems.map((problem) => ({ ...problem })) });
    else
      for (const { key, line, words } of problems)
        await this.printLine(`${file}${line === undefined ? "" : `:${line}`}: ${key}: ${words}`);
    if (problems.length > 0) return EXIT.usage;
    this.say(file === undefined ? "there is no configuration, and none is needed" : `nothing is wrong with ${file}`);
    return EXIT.ok;
  }
}
