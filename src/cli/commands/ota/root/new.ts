import { FieldtapeError } from "../../../../errors.ts";
import { EXIT, type ExitCode } from "../../../exit.ts";
import { FieldtapeCommand } from "../../../fieldtape-command.ts";
import { planRoot, ROOT_FLAGS } from "../../../ota/root-flags.ts";

export class OtaRootNew extends FieldtapeCommand {
  static override summary = "Make the first root: the keys that devices trust.";
  static override description =
    "Bake it into the application when you pack it; devices never fetch it. No key may be in two roles. It is signed with the private root keys that are given; its signatures stand beside it in FILE.sig, and ota root sign adds those of keys kept elsewhere.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> --root-key root-a.key --root-key root-b.key --release-key rel-a.pub --release-key rel-b.pub --release-key rel-c.pub --timestamp-key time.pub --threshold root=2 --threshold release=2 -o 1.root.json",
  ];
  static override flags = ROOT_FLAGS;

  protected override async act(): Promise<ExitCode> {
    const { flags } = await this.parse(OtaRootNew);
    for (const name of ["root-key", "release-key", "timestamp-key"] as const)
      if (flags[name] === undefined) throw new FieldtapeError("USAGE", `a root needs at least one --${name}`);
    const [{ editRoot, encodeRoot }, { addSignatures }, { signingKeys }, { writeRoot }, { rootWords }, { realWorld }] =
      await Promise.all([
        import("../../../../ota/release/root-edit.ts"),
        import("../../../../ota/release/signing.ts"),
        import("../../../ota/signing-keys.ts"),
        import("../../../ota/root-file.ts"),
        import("../../../ota/root-words.ts"),
        import("../../../wiring.ts"),
      ]);
    const { change, signers } = await planRoot(flags, realWorld({ sleep: "coarse" }).wall.wallNow());
    const root = editRoot(undefined, change);
    const bytes = encodeRoot(root);
    const signatures = addSignatures(bytes, await signingKeys(signers, "root"), []);
    await writeRoot(flags.output, { bytes, signatures }, flags.force);
    if (flags.json) await this.printJson({ file: flags.output, version: root.version, signatures: signatures.length });
    else this.say(rootWords(flags.output, root, signatures));
    return EXIT.ok;
  }
}
