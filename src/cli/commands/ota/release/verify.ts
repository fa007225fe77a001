import { Args, Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../../../exit.ts";
import { FieldtapeCommand } from "../../../fieldtape-command.ts";
import { plural } from "../../../plural.ts";

export class OtaReleaseVerify extends FieldtapeCommand {
  static override summary = "Check a package as a device does that trusts this root.";
  static override description =
    "Signatures over the raw manifest first, then every byte of the payload. Exit 1 with the reason when it is refused.";
  static override examples = ["<%= config.bin %> <%= command.id %> gateway-2.4.1.pkg --trust 1.root.json"];
  static override args = { package: Args.string({ description: "the package", required: true }) };
  static override flags = {
    trust: Flags.string({ description: "the root that is trusted", required: true, helpValue: "ROOT" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(OtaReleaseVerify);
    const [{ verifyPackage }, { fileChunks }, { sha256Hex }, { readRoot }, { tellRefusal }, { realWorld }] =
      await Promise.all([
        import("../../../../ota/release/verify-package.ts"),
        import("../../../../ota/release/input-file.ts"),
        import("../../../../bytes/sha256.ts"),
        import("../../../ota/root-file.ts"),
        import("../../../ota/tell-refusal.ts"),
        import("../../../wiring.ts"),
      ]);
    const { trust } = await readRoot(flags.trust, realWorld({ sleep: "coarse" }).wall.wallNow());
    const verdict = await verifyPackage(fileChunks(args.package), { trust });
    if ("refused" in verdict) return tellRefusal({ file: args.package, ...verdict, json: flags.json });
    const { manifest, signed } = verdict.accepted;
    const { product, app, release, files } = manifest;
    const sha256 = sha256Hex(signed.bytes);
    if (flags.json) {
      await this.printJson({
        accepted: true,
        file: args.package,
        product,
        app,
        release,
        files: files.length,
        manifest: sha256,
      });
    } else this.say(`${args.package}: good: ${product} ${app}, release ${release}, ${plural(files.length, "file")}`);
    return EXIT.ok;
  }
}
