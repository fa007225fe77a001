import { Args, Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../../../exit.ts";
import { FieldtapeCommand } from "../../../fieldtape-command.ts";
import { plural } from "../../../plural.ts";

export class OtaReleaseSign extends FieldtapeCommand {
  static override summary = "Add signatures to a package.";
  static override description =
    "Checks that the package is whole, signs its manifest, and replaces the package in one step. Keys that are kept apart sign one after the other, in any order, each where it is: the same signatures come out. Further keys may follow the first without --key.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> gateway-2.4.1.pkg --key release-a.key --key release-b.key",
  ];
  static override strict = false;
  static override args = { package: Args.string({ description: "the package", required: true }) };
  static override flags = {
    key: Flags.string({
      description: "private key file of the release role; repeat for each",
      helpValue: "KEY",
      required: true,
      multiple: true,
      multipleNonGreedy: true,
    }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, argv, flags } = await this.parse(OtaReleaseSign);
    const keys = [...flags.key, ...argv.slice(1).map(String)];
    const [{ signPackage }, { signingKeys }, { tellRefusal }] = await Promise.all([
      import("../../../../ota/release/sign-package.ts"),
      import("../../../ota/signing-keys.ts"),
      import("../../../ota/tell-refusal.ts"),
    ]);
    const signed = await signPackage(args.package, await signingKeys(keys, "release"));
    if ("refused" in signed) return tellRefusal({ file: args.package, ...signed, json: flags.json });
    const { content, signatures } = signed.accepted;
    const { product, app, release } = content.manifest;
    if (flags.json) {
      await this.printJson({
        file: args.package,
        product,
        app,
        release,
        signatures: signatures.map((one) => one.keyid),
      });
    } else
      this.say(`${args.package}: ${product} ${app}, release ${release}: ${plural(signatures.length, "signature")}`);
    return EXIT.ok;
  }
}
