import { Args } from "@oclif/core";
import { EXIT, type ExitCode } from "../exit.ts";
import { FieldtapeCommand } from "../fieldtape-command.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;

export class Completion extends FieldtapeCommand {
  static override summary = "Print what completes fieldtape's commands, flags and values in a shell.";
  static override description =
    "Commands, flags, the values that a flag can have, subjects (those of the configuration too), files and folders. Print it anew after an update.";
  static override examples = [
    { description: "For this shell.", command: "source <(<%= config.bin %> <%= command.id %> bash)" },
    {
      description: "For each one to come.",
      command:
        "<%= config.bin %> <%= command.id %> bash > ~/.local/share/bash-completion/completions/<%= config.bin %>",
    },
    {
      description: "zsh, where ~/.zfunc is in $fpath.",
      command: "<%= config.bin %> <%= command.id %> zsh > ~/.zfunc/_<%= config.bin %>",
    },
    {
      description: "fish.",
      command: "<%= config.bin %> <%= command.id %> fish > ~/.config/fish/completions/<%= config.bin %>.fish",
    },
  ];
  static override args = {
    shell: Args.string({ description: "the shell", required: true, options: [...SHELLS] }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(Completion);
    const [{ configOf }, { subjectNames }, { commandTree }, { completionScript }] = await Promise.all([
      import("../wiring.ts"),
      import("../subjects.ts"),
      import("../completion/command-tree.ts"),
      import("../completion/completion-script.ts"),
    ]);
    const { config } = await configOf(flags);
    const tree = commandTree({
      program: this.config.bin,
      commands: this.config.commands,
      topics: this.config.topics,
      subjects: subjectNames(config),
    });
    const script = completionScript(args.shell, tree);
    if (flags.json) await this.printJson({ shell: args.shell, script });
    else await this.print(script);
    return EXIT.ok;
  }
}
