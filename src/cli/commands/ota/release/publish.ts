import { Args, Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../../../exit.ts";
import { FieldtapeCommand } from "../../../fieldtape-command.ts";

export class OtaReleasePublish extends FieldtapeCommand {
  static override summary = "Put a package into a repository that any HTTP server can serve.";
  static override description =
    "Verifies the package, writes its objects, manifest and signatures, and switches the timestamp last: devices see the release then and not before. Running it again completes what was interrupted, or renews the timestamp before it expires. An older release is refused. Devices that trust an earlier root walk to this one, so keep every N.root.json there.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> gateway-2.4.1.pkg --repo site/ota --trust 1.root.json --timestamp-key time.key",
    {
      description: "And hand the folder to a program of yours: it is put in the place of {}.",
      command:
        '<%= config.bin %> <%= command.id %> gateway-2.4.1.pkg --repo site/ota --trust 1.root.json --timestamp-key time.key --upload \'["rsync","-a","{}/","example.org:/srv/ota/"]\'',
    },
  ];
  static override args = { package: Args.string({ description: "the signed package", required: true }) };
  static override flags = {
    repo: Flags.string({ description: "the repository's folder", required: true, helpValue: "DIR" }),
    trust: Flags.string({ description: "the newest root, with its .sig beside it", required: true, helpValue: "ROOT" }),
    "timestamp-key": Flags.string({
      description: "private key file of the timestamp role; repeat for each",
      required: true,
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "KEY",
    }),
    expires: Flags.string({
      description: "how long devices take this timestamp: a span, or a date",
      default: "7d",
      helpValue: "SPAN|DATE",
    }),
    upload: Flags.string({
      description: "run this afterwards: a program and its arguments as a JSON array",
      helpValue: "JSON",
    }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(OtaReleasePublish);
    const [{ publish }, { signingKeys }, { readRoot, signedRoot }, { parseExpiry }, upload, told, { realWorld }] =
      await Promise.all([
        import("../../../../ota/release/publish.ts"),
        import("../../../ota/signing-keys.ts"),
        import("../../../ota/root-file.ts"),
        import("../../../ota/expiry.ts"),
        import("../../../ota/upload.ts"),
        import("../../../ota/tell-refusal.ts"),
        import("../../../wiring.ts"),
      ]);
    const now = realWorld({ sleep: "coarse" }).wall.wallNow();
    const command = flags.upload === undefined ? undefined : upload.parseUpload(flags.upload);
    const root = await readRoot(flags.trust, now);
    const signed = signedRoot(root);
    const verdict = await publish({
      package: args.package,
      repository: flags.repo,
      trust: root.trust,
      ...(signed === undefined ? {} : { root: signed }),
      timestampKeys: await signingKeys(flags["timestamp-key"], "timestamp"),
      goodFor: parseExpiry(flags.expires, now),
    });
    if ("refused" in verdict) return told.tellRefusal({ file: args.package, ...verdict, json: flags.json });
    if (command !== undefined) await upload.upload(command, flags.repo, this.interrupted);
    const { manifest, timestamp } = verdict.accepted;
    const { product, app, release } = manifest;
    const { version, expires } = timestamp;
    if (flags.json)
      await this.printJson({ repository: flags.repo, product, app, release, timestamp: version, expires });
    else this.say(`${flags.repo}: ${product} ${app}, release ${release}; timestamp ${version}, good until ${expires}`);
    return EXIT.ok;
  }
}
