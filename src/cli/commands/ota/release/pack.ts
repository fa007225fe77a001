import { Args, Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../../../exit.ts";
import { FieldtapeCommand } from "../../../fieldtape-command.ts";
import { plural } from "../../../plural.ts";

export class OtaReleasePack extends FieldtapeCommand {
  static override summary = "Pack a folder into an unsigned release package.";
  static override description =
    "The same folder and flags give the same bytes on every machine: names are sorted by their bytes, dates and owners left out, of the permissions only executable kept, and nothing compressed. Links, devices and names that some file system takes for one another are refused. SOURCE_DATE_EPOCH is the build time where --build-time does not say one.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> dist --product gateway --version 2.4.1 --release 17 -o gateway-2.4.1.pkg",
    {
      description: "Plug-ins with a version of their own, for two kinds of device.",
      command:
        "<%= config.bin %> <%= command.id %> dist --product gateway --version 2.4.1 --release 18 --component plugins=3.0.1 --compatible gw-100 --compatible gw-200 -o gateway-18.pkg",
    },
  ];
  static override args = { folder: Args.string({ description: "the folder with the files", required: true }) };
  static override flags = {
    product: Flags.string({ description: "the product; devices take no other", required: true, helpValue: "NAME" }),
    version: Flags.string({ description: "the application's version (SemVer)", required: true, helpValue: "VERSION" }),
    release: Flags.integer({
      description: "the release counter, one more each time",
      required: true,
      min: 1,
      helpValue: "N",
    }),
    trust: Flags.string({
      description: "bake this root into the application, as trust/root.json: devices never fetch their first one",
      helpValue: "ROOT.json",
    }),
    output: Flags.string({ char: "o", description: "the package to write", required: true, helpValue: "PKG" }),
    force: Flags.boolean({ description: "overwrite a package that is there" }),
    "min-app": Flags.string({
      description: "the oldest version that can be updated to this one",
      helpValue: "VERSION",
    }),
    downgrade: Flags.boolean({ description: "permit devices to go to this version from a newer one" }),
    "plugin-abi": Flags.integer({ description: "ABI of its plug-ins", default: 1, min: 1, helpValue: "N" }),
    "config-schema": Flags.integer({ description: "schema of its configuration", default: 1, min: 1, helpValue: "N" }),
    "data-schema": Flags.integer({ description: "schema of its recordings", default: 1, min: 1, helpValue: "N" }),
    compatible: Flags.string({
      description: "a kind of device that it runs on; repeat for each (default: all of the product)",
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "KIND",
    }),
    platform: Flags.string({ description: "linux-x64, … or any", default: "any", helpValue: "NAME" }),
    component: Flags.string({
      description: "a version of its own for what lies in the folder of that name; repeat for each",
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "NAME=VERSION",
    }),
    "git-sha": Flags.string({ description: "the revision that it was built from", helpValue: "HEX" }),
    "build-time": Flags.string({ description: "when it was built, in RFC 3339", helpValue: "DATE" }),
    notes: Flags.string({
      description: "what is new; @FILE reads it from a file",
      default: "",
      helpValue: "TEXT|@FILE",
    }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(OtaReleasePack);
    const [{ pack }, { payloadBytes }, { releaseOf, rootToBake }] = await Promise.all([
      import("../../../../ota/release/pack.ts"),
      import("../../../../ota/release/manifest.ts"),
      import("../../../ota/pack-request.ts"),
    ]);
    const { output, force, json } = flags;
    const wanted = await releaseOf(flags);
    const root = flags.trust === undefined ? {} : { root: await rootToBake(flags.trust) };
    const manifest = await pack({ folder: args.folder, out: output, force, release: wanted, ...root });
    const { product, app, release, files } = manifest;
    const bytes = payloadBytes(manifest);
    if (json) await this.printJson({ file: output, product, app, release, files: files.length, bytes });
    else
      this.say(
        `${output}: ${product} ${app}, release ${release}: ${plural(files.length, "file")}, ${plural(bytes, "byte")}; not signed yet`,
      );
    return EXIT.ok;
  }
}
