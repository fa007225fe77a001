import process from "node:process";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class ConfigShow extends FieldtapeCommand {
  static override summary = "Print the configuration in force, as JSON.";
  static override description =
    "What a command started here would read: the file, and what it says after it was run, migrated and checked. What looks like a secret is left out.";
  static override examples = ["<%= config.bin %> <%= command.id %>"];

  protected override async act(): Promise<ExitCode> {
    const { flags } = await this.parse(ConfigShow);
    const [{ configOf }, { shownConfig }, { textStripper }] = await Promise.all([
      import("../../wiring.ts"),
      import("../../config/shown-config.ts"),
      import("../../secrets/strip-text.ts"),
    ]);
    const shown = shownConfig(await configOf(flags), textStripper(process.env));
    if (flags.json) await this.printJson(shown);
    else await this.printLine(JSON.stringify(shown, undefined, 2));
    return EXIT.ok;
  }
}
