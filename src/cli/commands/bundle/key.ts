import { Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class BundleKey extends FieldtapeCommand {
  static override summary = "Make a key for bundles that only support can read.";
  static override description =
    "An age key (X25519): what is secret goes into the file, for its owner alone; what customers are given, their --encrypt-to, is printed.";
  static override examples = [
    {
      description: "Once, at the support desk.",
      command: "<%= config.bin %> <%= command.id %> -o support.key > support.pub",
    },
  ];
  static override flags = {
    out: Flags.string({ char: "o", description: "the secret half", required: true, helpValue: "FILE" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { flags } = await this.parse(BundleKey);
    const [{ newIdentity }, { writeWhole }] = await Promise.all([
      import("../../../bundle/age.ts"),
      import("../../../ota/release/atomic-file.ts"),
    ]);
    const { identity, recipient } = await newIdentity();
    // A key is never written over: what was encrypted to it could never be read again.
    await writeWhole(flags.out, `# public: ${recipient}\n${identity}\n`, { mode: 0o600, force: false });
    if (flags.json) await this.printJson({ recipient, file: flags.out });
    else await this.printLine(recipient);
    this.say(`${flags.out}: keep it where only support can read it; bundles encrypted to it cannot be read without it`);
    return EXIT.ok;
  }
}
