import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../exit.ts";
import { FieldtapeCommand } from "../fieldtape-command.ts";

export class Demo extends FieldtapeCommand {
  static override summary =
    "Show the whole loop on a simulated device: record, replay, break, keep as a case, catch a broken build, update, roll back.";
  static override description =
    "Takes well under a minute, needs no rights and no network but this machine itself. Every line that begins with $ is run as it stands; with --keep the files stay, to go on with. (Keys are made once: for steps 7 to 9 begin in a new folder.)";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    { description: "Keep the files to go on with.", command: "<%= config.bin %> <%= command.id %> --keep my-demo" },
  ];
  static override flags = {
    keep: Flags.string({ description: "leave the files in this folder", helpValue: "DIR" }),
  };

  protected override readonly longRunning = true;

  protected override async act(): Promise<ExitCode> {
    const { flags } = await this.parse(Demo);
    const [{ demo }, { realWorld }] = await Promise.all([import("../demo/demo.ts"), import("../wiring.ts")]);
    const { clock } = realWorld({ sleep: "coarse" });
    const folder = flags.keep === undefined ? await mkdtemp(join(tmpdir(), "fieldtape-demo-")) : resolve(flags.keep);
    const steps: string[] = [];
    const show = async (line: string): Promise<void> => {
      if (flags.json) steps.push(line);
      else await this.printLine(line);
    };
    try {
      await demo({ folder, clock, signal: this.interrupted, show });
    } finally {
      if (flags.keep === undefined) await rm(folder, { recursive: true, force: true });
    }
    const seconds = Math.ceil(clock.now() / 1e9);
    if (flags.json) await this.printJson({ seconds, shown: steps, ...(flags.keep === undefined ? {} : { folder }) });
    this.say(
      `The whole loop in ${seconds} s.${flags.keep === undefined ? "" : ` Go on in ${flags.keep}: cd there and repeat any of the commands.`}`,
    );
    return EXIT.ok;
  }
}
