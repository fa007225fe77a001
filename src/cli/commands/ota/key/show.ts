import { Args } from "@oclif/core";
import { EXIT, type ExitCode } from "../../../exit.ts";
import { FieldtapeCommand } from "../../../fieldtape-command.ts";

export class OtaKeyShow extends FieldtapeCommand {
  static override summary = "Print the public half of a key.";
  static override description =
    "What it prints is itself a key file, for whoever makes the root; it needs no passphrase and holds no secret.";
  static override examples = [
    {
      description: "Hand the public half to the keeper of the root.",
      command: "<%= config.bin %> <%= command.id %> release-a.key > release-a.pub",
    },
  ];
  static override args = { key: Args.string({ description: "a private or public key file", required: true }) };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(OtaKeyShow);
    const { encodePublicKey, readKnownKey } = await import("../../../../ota/release/key-file.ts");
    const known = await readKnownKey(args.key);
    const { keyid, role, key, secret } = known;
    if (flags.json) await this.printJson({ keyid, role, keytype: key.keytype, public: key.public, secret });
    else await this.print(encodePublicKey(known));
    return EXIT.ok;
  }
}
