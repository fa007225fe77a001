import { Args, Flags } from "@oclif/core";
import type { ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class PluginCheck extends FieldtapeCommand {
  static override summary = "Hold a subject of your own against the laws that every machine must obey.";
  static override description =
    "Plays tapes into it in ways that must not matter: twice, its reads cut anew, with pauses, from snapshots in the middle; looks at the times and places of what it says, and at what it asks of the machine that it runs on. Without --tape: the cases of its own folder, and inputs that are hard on purpose. A law that is broken is exit 1, a subject that fails or hangs 5.";
  static override examples = [
    { description: "A package.", command: "<%= config.bin %> <%= command.id %> ." },
    {
      description: "A module by itself, on a recording of the site.",
      command: "<%= config.bin %> <%= command.id %> cold-store.mjs --tape site.tape.jsonl",
    },
    {
      description: "A program, as the configuration names it.",
      command: "<%= config.bin %> <%= command.id %> my-parser",
    },
  ];
  static override args = {
    plugin: Args.string({
      description: "the folder of a package, the file of a module, or a name from the configuration",
      required: true,
    }),
  };
  static override flags = {
    tape: Flags.string({
      description: "play this tape; may be repeated",
      helpValue: "TAPE",
      multiple: true,
    }),
    options: Flags.string({ description: "the subject's settings", helpValue: "JSON|@FILE" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(PluginCheck);
    const [
      { checkPlugin },
      { checkedExit, checkedLines },
      { containmentLines },
      { containment },
      { configOf },
      { parseOptionsFlag },
    ] = await Promise.all([
      import("../../plugin/check-plugin.ts"),
      import("../../plugin/check-words.ts"),
      import("../../plugin/containment-words.ts"),
      import("../../../plugin/sandbox.ts"),
      import("../../wiring.ts"),
      import("../../options-flag.ts"),
    ]);
    const options = flags.options === undefined ? undefined : await parseOptionsFlag(flags.options);
    const request = { plugin: args.plugin, tapes: flags.tape ?? [], options, config: await configOf(flags) };
    const can = await containment();
    for (const line of containmentLines(can)) this.say(line);
    const laws = await checkPlugin(request, this.interrupted);
    const exit = checkedExit(laws);
    if (flags.json)
      await this.printJson({
        plugin: args.plugin,
        laws: laws.map((law) => ({ ...law })),
        containment: { ...can },
        exit,
      });
    else for (const line of checkedLines(laws)) await this.printLine(line);
    return exit;
  }
}
