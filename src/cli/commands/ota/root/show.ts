import { Args, Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../../../exit.ts";
import { FieldtapeCommand } from "../../../fieldtape-command.ts";

export class OtaRootShow extends FieldtapeCommand {
  static override summary = "Show whose signatures a root asks for, and whose it has.";
  static override description =
    "With --after, checks it as a device does that trusts the root before it; exit 1 when it would be refused.";
  static override examples = ["<%= config.bin %> <%= command.id %> 2.root.json --after 1.root.json"];
  static override args = { root: Args.string({ description: "the root", required: true }) };
  static override flags = {
    after: Flags.string({ description: "the root before it, which devices trust", helpValue: "FILE" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(OtaRootShow);
    const [{ readRoot, signedRoot }, { acceptRoot }, { rootWords }, { refusalWords }, { realWorld }] =
      await Promise.all([
        import("../../../ota/root-file.ts"),
        import("../../../../ota/release/trust.ts"),
        import("../../../ota/root-words.ts"),
        import("../../../ota/refusal-words.ts"),
        import("../../../wiring.ts"),
      ]);
    const now = realWorld({ sleep: "coarse" }).wall.wallNow();
    const shown = await readRoot(args.root, now);
    const unsigned = { bytes: shown.bytes, signature: new TextEncoder().encode("[]\n") };
    const verdict =
      flags.after === undefined
        ? undefined
        : acceptRoot((await readRoot(flags.after, now)).trust, signedRoot(shown) ?? unsigned);
    const refused = verdict !== undefined && "refused" in verdict ? verdict.refused : undefined;
    const { root } = shown.trust;
    if (flags.json) {
      const keyids = shown.signatures.map(({ keyid }) => keyid);
      await this.printLine(JSON.stringify({ ...root, signatures: keyids, ...(refused && { refused }) }));
    } else {
      await this.printLine(rootWords(args.root, root, shown.signatures));
      if (refused !== undefined) this.say(`refused: ${refusalWords(refused)}`);
    }
    return refused === undefined ? EXIT.ok : EXIT.different;
  }
}
