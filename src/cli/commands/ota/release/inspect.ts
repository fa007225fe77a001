import { Args } from "@oclif/core";
import { EXIT, type ExitCode } from "../../../exit.ts";
import { FieldtapeCommand } from "../../../fieldtape-command.ts";

export class OtaReleaseInspect extends FieldtapeCommand {
  static override summary = "Show what a package says of itself.";
  static override description =
    "That it is whole is checked; whether its signatures are good is not: that is ota release verify. --json prints the manifest.";
  static override examples = ["<%= config.bin %> <%= command.id %> gateway-2.4.1.pkg"];
  static override args = { package: Args.string({ description: "the package", required: true }) };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(OtaReleaseInspect);
    const [{ readPackage }, { fileChunks }, { MANIFEST_FILE }, { manifestWords, signersOf }, { tellRefusal }] =
      await Promise.all([
        import("../../../../ota/release/package-reader.ts"),
        import("../../../../ota/release/input-file.ts"),
        import("../../../../ota/release/schema.ts"),
        import("../../../ota/manifest-words.ts"),
        import("../../../ota/tell-refusal.ts"),
      ]);
    const read = await readPackage(fileChunks(args.package), { accept: ({ bytes }) => MANIFEST_FILE.parse(bytes) });
    if ("refused" in read) return tellRefusal({ file: args.package, ...read, json: flags.json });
    const { manifest, signed } = read.accepted;
    const signers = signersOf(signed.signature);
    if (flags.json) await this.printLine(JSON.stringify({ manifest, signatures: signers }));
    else await this.printLine(manifestWords(manifest, signers));
    return EXIT.ok;
  }
}
