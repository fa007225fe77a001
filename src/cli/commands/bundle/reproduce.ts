import { Args, Flags } from "@oclif/core";
import { OPENING_FLAGS, openingOf } from "../../bundle/opening.ts";
import type { ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class BundleReproduce extends FieldtapeCommand {
  static override summary = "Say whether what happened where a bundle was made happens here, too.";
  static override description =
    "Plays every tape of it into the subject as it is installed here and holds what is said against what was said there. Downloads nothing and runs nothing of the bundle: its configuration is data, and a subject that is not built in must be named in this project's own configuration. Exit 0: reproduced; 1: different, with the first divergence; 6: it cannot be reproduced, and why.";
  static override examples = [
    {
      description: "The customer's problem, here.",
      command: "<%= config.bin %> <%= command.id %> site.zip",
    },
    {
      description: "And as a regression case, as small as can be.",
      command: "<%= config.bin %> <%= command.id %> site.zip --minimise --out corpora/modbus/site-17",
    },
  ];
  static override args = {
    bundle: Args.string({ description: "the bundle, or the folder that it was imported into", required: true }),
  };
  static override flags = {
    minimise: Flags.boolean({ description: "make what is wrong as small as can be, as a scenario" }),
    out: Flags.string({
      char: "o",
      description: "the new scenario (default: BUNDLE-minimised)",
      helpValue: "DIR",
      dependsOn: ["minimise"],
    }),
    keep: Flags.string({
      description: "what must stay (default: the failure, the difference or the first fault)",
      helpValue: "EXPR",
      dependsOn: ["minimise"],
    }),
    budget: Flags.string({ description: "how long, or how many runs", default: "60s", helpValue: "30s|N" }),
    force: Flags.boolean({ description: "write over a scenario that is there", dependsOn: ["minimise"] }),
    ...OPENING_FLAGS,
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(BundleReproduce);
    const [{ openBundle }, { reproduce }, words, { subjectHere }, { versions }, wiring, { budgetOf }] =
      await Promise.all([
        import("../../../bundle/open-bundle.ts"),
        import("../../../bundle/reproduce.ts"),
        import("../../bundle/reproduce-words.ts"),
        import("../../bundle/bundle-subject.ts"),
        import("../../version.ts"),
        import("../../wiring.ts"),
        import("../../minimise/request.ts"),
      ]);
    const budget = budgetOf(flags.budget);
    const config = await wiring.configOf(flags);
    const { clock } = wiring.realWorld({ sleep: "coarse" });
    const signal = this.interrupted;
    await using bundle = await openBundle(args.bundle, await openingOf(flags, signal));
    const { folder, manifest } = bundle;
    const seat: Parameters<typeof reproduce>[0]["seat"] = (subject) => subjectHere(subject, config, signal);
    const reproduced = await reproduce({ folder, manifest, versions: versions(), seat, clock, signal });
    const exit = words.EXIT_OF_VERDICT[reproduced.verdict];
    this.say(words.skewWords(reproduced));
    if (!flags.json) await this.printLine(words.reproductionWords(reproduced));
    if (!flags.minimise || manifest.subject === undefined || reproduced.verdict === "cannot") {
      if (flags.json) await this.printJson(words.reproductionJson(reproduced));
      return exit;
    }
    const [{ minimiseFound }, { minimisedWords }] = await Promise.all([
      import("../../bundle/minimise-found.ts"),
      import("../../minimise/words.ts"),
    ]);
    const { out, keep, force } = flags;
    const wanted = { bundle: args.bundle, subject: manifest.subject, out, force, keep, budget };
    const say = (text: string): void => this.say(text);
    let told = words.reproductionJson(reproduced);
    try {
      const minimised = await minimiseFound(reproduced, wanted, { config, clock, signal, say });
      const { signature, out: written, runs } = minimised;
      told = { ...told, minimised: { out: written, signature, runs } };
      this.say(minimisedWords(minimised));
    } finally {
      if (flags.json) await this.printJson(told);
    }
    return exit;
  }
}
