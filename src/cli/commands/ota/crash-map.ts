import { Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class OtaCrashMap extends FieldtapeCommand {
  static override summary = "Try every crash of an update on a model of a disk, and of each recovery after it.";
  static override description =
    "The updater runs on a model of a disk that knows what is durable. After every operation the power is cut, with each thing that may have survived (all combinations of up to six; of more, each beginning, each one missing; each torn at 512 B and at 4 KiB), or the process is killed; every operation is refused with ENOSPC, EIO and EMFILE. From every different disk that this leaves the device is started again, and that is cut in its turn, until nothing new comes. Exit code 1 if any of them leaves neither the old nor the new version, lowers the floor, or does not recover.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --only update --json",
    {
      description: "Also plant four known mistakes in the updater, each of which must be found; and draw a picture.",
      command: "<%= config.bin %> <%= command.id %> --planted --html crash-map.html",
    },
  ];
  static override flags = {
    only: Flags.string({
      description: "one trial by its name; repeat for several (default: all)",
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "NAME",
    }),
    planted: Flags.boolean({ description: "plant four mistakes, and see that each is found" }),
    html: Flags.string({ description: "write a page with a picture", helpValue: "FILE" }),
    scenarios: Flags.string({ description: "write what is bad as scenarios into this folder", helpValue: "DIR" }),
    force: Flags.boolean({ description: "overwrite files that are there" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { flags } = await this.parse(OtaCrashMap);
    const { runCrashMap } = await import("../../ota/run-crash-map.ts");
    const { map, words } = await runCrashMap(
      { only: flags.only, plant: flags.planted, html: flags.html, scenarios: flags.scenarios, force: flags.force },
      { say: (text) => this.say(text), signal: this.interrupted },
    );
    if (flags.json) await this.printLine(JSON.stringify(map));
    else await this.print(words);
    return map.bad > 0 || map.planted.some(({ found }) => !found) ? EXIT.different : EXIT.ok;
  }
}
