import { Flags } from "@oclif/core";
import { FieldtapeError } from "../../../../errors.ts";
import { EXIT, type ExitCode } from "../../../exit.ts";
import { FieldtapeCommand } from "../../../fieldtape-command.ts";

export class OtaKeyNew extends FieldtapeCommand {
  static override summary = "Make a key that signs roots, releases or timestamps.";
  static override description =
    "An Ed25519 key in a file that only you can read (mode 0600), sealed with the passphrase in FIELDTAPE_KEY_PASSPHRASE. Give each role keys of its own; keep those of the root role away from every network. A key made for one role is refused for another.";
  static override examples = [
    { description: "A root key.", command: "<%= config.bin %> <%= command.id %> --role root -o root-a.key" },
    { description: "For tests.", command: "<%= config.bin %> <%= command.id %> --no-passphrase -o test.key" },
  ];
  static override flags = {
    output: Flags.string({ char: "o", description: "the key file to write", required: true, helpValue: "FILE" }),
    role: Flags.option({ options: ["root", "release", "timestamp"] as const, description: "what it is for" })(),
    "no-passphrase": Flags.boolean({ description: "do not seal it: whoever reads the file can sign" }),
    force: Flags.boolean({ description: "overwrite a key that is there" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { flags } = await this.parse(OtaKeyNew);
    const [{ createKeyFile }, { writeWhole }, { ownSecret }, { systemRandom }] = await Promise.all([
      import("../../../../ota/release/key-file.ts"),
      import("../../../../ota/release/atomic-file.ts"),
      import("../../../secrets/own-secret.ts"),
      import("../../../wiring.ts"),
    ]);
    const { role, output, force, json } = flags;
    const sealedWith = flags["no-passphrase"] ? undefined : await ownSecret("keyPassphrase");
    if (sealedWith === undefined && !flags["no-passphrase"]) {
      throw new FieldtapeError("USAGE", "a key needs a passphrase", {
        hint: "put it into FIELDTAPE_KEY_PASSPHRASE or secrets.json, or say --no-passphrase",
      });
    }
    const { text, known } = createKeyFile({
      ...(role === undefined ? {} : { role }),
      ...(sealedWith === undefined ? {} : { passphrase: sealedWith }),
      random: systemRandom,
    });
    await writeWhole(output, text, { mode: 0o600, force });
    if (json) await this.printJson({ file: output, keyid: known.keyid, role, public: known.key.public });
    else this.say(`${output}: key ${known.keyid}${role === undefined ? "" : ` for the ${role} role`}`);
    return EXIT.ok;
  }
}
