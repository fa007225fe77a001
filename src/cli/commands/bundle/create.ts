import { resolve } from "node:path";
import { Args, Flags } from "@oclif/core";
import type { BundlePlan } from "../../../bundle/plan.ts";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class BundleCreate extends FieldtapeCommand {
  static override summary = "Pack what somebody needs who is to reproduce a problem.";
  static override description =
    "A zip with the tapes, what the subject says to them here, the configuration as data, versions, environment, logs, crash reports, suite results and the history of an installation, each with its digest. What goes in, and what was redacted, is shown before anything is written. Captured bytes go in as they are unless --redact says otherwise; secrets are taken out of everything else, always. The same inputs give the same bytes.";
  static override examples = [
    {
      description: "A recording of the site, without the site's secrets.",
      command:
        "<%= config.bin %> <%= command.id %> site.tape.jsonl --subject modbus-session --redact standard -o site.zip",
    },
    {
      description: "The last ten minutes of a recording that still goes on, readable for support only.",
      command:
        "<%= config.bin %> <%= command.id %> line-3.tape.jsonl -s nmea --last 10m --encrypt-to support.pub -o line-3.zip",
    },
    {
      description: "A device that no update can help any more.",
      command: "<%= config.bin %> <%= command.id %> --install /opt/app -o device.zip",
    },
  ];
  static override strict = false;
  static override args = { tapes: Args.string({ description: "tapes, as many as there are" }) };
  static override flags = {
    out: Flags.string({ char: "o", description: "the bundle", required: true, helpValue: "FILE.zip" }),
    subject: Flags.string({
      char: "s",
      description: "what the tapes are played into (default: the configuration's)",
      helpValue: "NAME",
    }),
    options: Flags.string({ description: "the subject's settings", helpValue: "JSON|@FILE" }),
    seed: Flags.integer({
      description: "seeds whatever chance the subject needs",
      default: 0,
      min: 0,
      max: 0xffff_ffff,
    }),
    redact: Flags.string({ description: "take out what this profile says", helpValue: "PROFILE" }),
    last: Flags.string({
      description: "only so much from the end of each recording, whatever its number of segments",
      helpValue: "10m",
    }),
    results: Flags.string({
      description: "the result of a suite run",
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "FILE",
    }),
    install: Flags.string({ description: "the history of the installation in this folder", helpValue: "DIR" }),
    logs: Flags.boolean({ description: "logs and crash reports of this machine", default: true, allowNo: true }),
    sign: Flags.string({
      description: "sign it with this key",
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "KEYFILE",
    }),
    "encrypt-to": Flags.string({
      description: "only the holder of this key can read it (age)",
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "age1…|FILE",
    }),
    store: Flags.boolean({ description: "pack nothing: the same bytes whatever the version of Node" }),
    force: Flags.boolean({ description: "write over a bundle that is there" }),
    "dry-run": Flags.boolean({ description: "show what would go in, and write nothing" }),
    yes: Flags.boolean({ char: "y", description: "do not ask" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { argv, flags } = await this.parse(BundleCreate);
    const [{ createBundle }, words, { configOf, realWorld }, { createRequest }, { refuseThere }] = await Promise.all([
      import("../../bundle/create-bundle.ts"),
      import("../../bundle/create-words.ts"),
      import("../../wiring.ts"),
      import("../../bundle/create-request.ts"),
      import("../../../bundle/written-file.ts"),
    ]);
    const request = await createRequest(argv.map(String), { ...flags, out: resolve(flags.out) });
    const { clock } = realWorld({ sleep: "coarse" });
    let shown: BundlePlan | undefined;
    const sealing = { isEncrypted: request.encryptTo.length > 0, isSigned: request.sign.length > 0 };
    if (!flags["dry-run"] && !flags.force) await refuseThere(request.out);
    const agrees = async (plan: BundlePlan, cleaned: number): Promise<boolean> => {
      shown = plan;
      this.say(words.planWords(plan, cleaned, sealing));
      if (flags["dry-run"]) return false;
      const { agreed, canAsk } = await import("../../bundle/ask.ts");
      return flags.yes || flags.json || !canAsk() || agreed(`write ${flags.out}?`, this.interrupted);
    };
    const world = { config: await configOf(flags), clock, signal: this.interrupted, agrees };
    const written = await createBundle(request, { ...world, say: (text) => this.say(text) });
    if (flags.json && shown !== undefined) await this.printJson(words.createdJson(shown, written));
    if (written === undefined) this.say(`${flags.out} was not written`);
    else this.say(`${flags.out}: ${words.writtenWords(written)}`);
    return EXIT.ok;
  }
}
