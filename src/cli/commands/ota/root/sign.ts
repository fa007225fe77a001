import { Args, Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../../../exit.ts";
import { FieldtapeCommand } from "../../../fieldtape-command.ts";

export class OtaRootSign extends FieldtapeCommand {
  static override summary = "Add signatures to a root.";
  static override description =
    "For root keys that are kept apart: the root travels from one to the next with its FILE.sig, in any order. Further keys may follow the first without --key.";
  static override examples = ["<%= config.bin %> <%= command.id %> 2.root.json --key root-b.key"];
  static override strict = false;
  static override args = { root: Args.string({ description: "the root to sign", required: true }) };
  static override flags = {
    key: Flags.string({
      description: "private key file of the root role; repeat for each",
      helpValue: "KEY",
      required: true,
      multiple: true,
      multipleNonGreedy: true,
    }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, argv, flags } = await this.parse(OtaRootSign);
    const keys = [...flags.key, ...argv.slice(1).map(String)];
    const [{ addSignatures }, { signingKeys }, { readRoot, writeRoot }, { rootWords }, { realWorld }] =
      await Promise.all([
        import("../../../../ota/release/signing.ts"),
        import("../../../ota/signing-keys.ts"),
        import("../../../ota/root-file.ts"),
        import("../../../ota/root-words.ts"),
        import("../../../wiring.ts"),
      ]);
    const {
      bytes,
      trust,
      signatures: before,
    } = await readRoot(args.root, realWorld({ sleep: "coarse" }).wall.wallNow());
    const signatures = addSignatures(bytes, await signingKeys(keys, "root"), before);
    await writeRoot(args.root, { bytes, signatures }, true);
    if (flags.json)
      await this.printJson({ file: args.root, version: trust.root.version, signatures: signatures.length });
    else this.say(rootWords(args.root, trust.root, signatures));
    return EXIT.ok;
  }
}
