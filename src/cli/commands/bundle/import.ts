import { Args, Flags } from "@oclif/core";
import { OPENING_FLAGS, openingOf } from "../../bundle/opening.ts";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class BundleImport extends FieldtapeCommand {
  static override summary = "Take a bundle apart into a folder, after it was verified.";
  static override description =
    "The zip's directory is judged before it is opened, then its signature where --trust asks for one, then its manifest; every file is held against its digest. Names that lead elsewhere, links, devices, names for one file twice, bombs, files that the manifest does not name: refused, and nothing is left of it. The folder is there whole or not at all.";
  static override examples = [
    {
      description: "A bundle of a customer whose key is known.",
      command: "<%= config.bin %> <%= command.id %> site.zip --into site --trust customer.pub",
    },
  ];
  static override args = { bundle: Args.string({ description: "the bundle", required: true }) };
  static override flags = {
    into: Flags.string({ description: "a new folder, or an empty one", required: true, helpValue: "DIR" }),
    ...OPENING_FLAGS,
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(BundleImport);
    const [{ importBundle }, { resolve }, { sha256Hex }] = await Promise.all([
      import("../../../bundle/open-bundle.ts"),
      import("node:path"),
      import("../../../bytes/sha256.ts"),
    ]);
    const options = await openingOf(flags, this.interrupted);
    const { manifest, bytes } = await importBundle(args.bundle, resolve(flags.into), options);
    const tapes = manifest.tapes.map(({ path }) => path);
    if (flags.json)
      await this.printJson({ into: flags.into, id: sha256Hex(bytes), files: manifest.files.length, tapes });
    this.say(`${flags.into}: ${manifest.files.length} files, each as its manifest says`);
    for (const tape of tapes) this.say(`  ${tape}`);
    this.say(`  fieldtape bundle reproduce ${flags.into} says whether the same things happen here`);
    return EXIT.ok;
  }
}
