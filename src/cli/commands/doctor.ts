import process from "node:process";
import { Args, Flags } from "@oclif/core";
import { FieldtapeError } from "../../errors.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { FieldtapeCommand } from "../fieldtape-command.ts";

export class Doctor extends FieldtapeCommand {
  static override summary = "Look at everything that fieldtape meets on this machine, and say what to do about it.";
  static override description =
    "Node.js and the installation, the configuration and the secrets, folders, disk and how fast it syncs, clocks, ports, serial ports, what holds a program of yours, optional programs. Nothing is changed; the disk is written to for at most a second. Exit 1 when something is wrong.\n\nWith --systemd it prints the unit of a recording instead: what stands behind -- goes to fieldtape record.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    {
      description: "A unit that keeps a recording going.",
      command:
        "<%= config.bin %> <%= command.id %> --systemd --user recorder -- tcp --to 10.0.0.7:502 > /etc/systemd/system/plc.service",
    },
  ];
  static override strict = false;
  static override args = {
    recording: Args.string({
      description: "with --systemd: the words behind fieldtape record",
      helpValue: "-- WORD...",
    }),
  };
  static override flags = {
    systemd: Flags.boolean({ description: "print the systemd unit of a recording" }),
    user: Flags.string({
      description: "whose account the unit runs under (default: the one that starts it)",
      helpValue: "NAME",
      dependsOn: ["systemd"],
    }),
  };

  protected override async act(): Promise<ExitCode> {
    const { argv, flags } = await this.parse(Doctor);
    if (flags.systemd) return this.#unit(argv.map(String), flags.user);
    if (argv.length > 0) throw new FieldtapeError("USAGE", "a recording is named with --systemd only");
    const [{ diagnose }, { realWorld }, { findingWords, summaryWords }] = await Promise.all([
      import("../doctor/diagnose.ts"),
      import("../wiring.ts"),
      import("../doctor/words.ts"),
    ]);
    const findings = await diagnose({
      folder: process.cwd(),
      environment: process.env,
      world: realWorld({ sleep: "coarse" }),
      configuration: { file: flags.config, none: flags["no-config"] },
      signal: this.interrupted,
    });
    const wrong = findings.some(({ verdict }) => verdict === "problem");
    if (flags.json) await this.printJson({ wrong, findings: findings.map((finding) => ({ ...finding })) });
    else for (const finding of findings) await this.printLine(findingWords(finding));
    this.say(summaryWords(findings));
    return wrong ? EXIT.different : EXIT.ok;
  }

  async #unit(recording: readonly string[], user: string | undefined): Promise<ExitCode> {
    const { serviceUnit } = await import("../doctor/service-unit.ts");
    await this.print(serviceUnit({ recording, user, folder: process.cwd() }));
    return EXIT.ok;
  }
}
