import { resolve } from "node:path";
import { Args, Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class PluginNew extends FieldtapeCommand {
  static override summary = "Begin a subject of your own in TypeScript.";
  static override description =
    "Writes a package: a machine that works, a test of it, its configuration, and a first case with its golden. Nothing is downloaded, and an existing folder is never touched.";
  static override examples = [
    {
      description: "A framer: bytes in, frames out.",
      command: "<%= config.bin %> <%= command.id %> my-meter",
    },
    {
      description: "A session on a framer: frames in, states out.",
      command: "<%= config.bin %> <%= command.id %> cold-store --kind session --into subjects/cold-store",
    },
  ];
  static override args = {
    name: Args.string({ description: "what the plug-in is called: lower-case words joined by dashes", required: true }),
  };
  static override flags = {
    kind: Flags.option({
      options: ["framer", "session"] as const,
      default: "framer",
      description: "what it is: bytes to frames, or frames to states",
    })(),
    into: Flags.string({ description: "the folder that is made (default: ./NAME)", helpValue: "DIR" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(PluginNew);
    const request = { name: args.name, kind: flags.kind, into: resolve(flags.into ?? args.name) };
    const { newPlugin } = await import("../../plugin/new-plugin.ts");
    const files = await newPlugin(request);
    if (flags.json) await this.printJson({ folder: request.into, files });
    else for (const file of files) await this.printLine(file);
    this.say(`${request.into}: a ${request.kind} that works`);
    this.say("  there: npm install && npm test, then npm run check");
    return EXIT.ok;
  }
}
