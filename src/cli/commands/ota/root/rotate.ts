import { Args, Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../../../exit.ts";
import { FieldtapeCommand } from "../../../fieldtape-command.ts";
import { planRoot, ROOT_FLAGS } from "../../../ota/root-flags.ts";

export class OtaRootRotate extends FieldtapeCommand {
  static override summary = "Make the next root: with other keys, thresholds, or a later expiry.";
  static override description =
    "A role whose keys are named has exactly these from now on; the others keep theirs. Devices walk from root to root: each must be signed by enough keys of the one before (--key) and enough of its own. Publish it with the next release; keep every root in the repository.";
  static override examples = [
    {
      description: "Replace a stolen release key.",
      command:
        "<%= config.bin %> <%= command.id %> 1.root.json --key root-a.key --key root-b.key --release-key rel-b.pub --release-key rel-c.pub --release-key rel-d.pub -o 2.root.json",
    },
  ];
  static override args = { root: Args.string({ description: "the root that devices trust now", required: true }) };
  static override flags = {
    ...ROOT_FLAGS,
    key: Flags.string({
      description: "private key file of the root role, as it is or as it was; repeat for each",
      helpValue: "KEY",
      multiple: true,
      multipleNonGreedy: true,
    }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(OtaRootRotate);
    const [
      { editRoot, encodeRoot },
      { addSignatures },
      { signingKeys },
      { readRoot, writeRoot },
      words,
      { realWorld },
    ] = await Promise.all([
      import("../../../../ota/release/root-edit.ts"),
      import("../../../../ota/release/signing.ts"),
      import("../../../ota/signing-keys.ts"),
      import("../../../ota/root-file.ts"),
      import("../../../ota/root-words.ts"),
      import("../../../wiring.ts"),
    ]);
    const now = realWorld({ sleep: "coarse" }).wall.wallNow();
    const before = await readRoot(args.root, now);
    const { change, signers } = await planRoot(flags, now);
    const root = editRoot(before.trust.root, change);
    const bytes = encodeRoot(root);
    const named = [...(flags.key ?? []), ...signers];
    const keys = await signingKeys([...new Set(named)], "root");
    const signatures = addSignatures(bytes, keys, []);
    await writeRoot(flags.output, { bytes, signatures }, flags.force);
    const { keyids, threshold } = before.trust.root.roles.root;
    const old = keyids.filter((keyid) => signatures.some((entry) => entry.keyid === keyid)).length;
    if (flags.json) await this.printJson({ file: flags.output, version: root.version, signatures: signatures.length });
    else {
      this.say(words.rootWords(flags.output, root, signatures));
      this.say(`  and by ${old} of the root keys before it; ${threshold} are needed`);
    }
    return EXIT.ok;
  }
}
