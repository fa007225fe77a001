import { Args } from "@oclif/core";
import { OPENING_FLAGS, openingOf } from "../../bundle/opening.ts";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class BundleInspect extends FieldtapeCommand {
  static override summary = "Look at a bundle: what is in it, and how well it can be replayed here.";
  static override description =
    "Verifies all of it first. The grade is the worst of its reasons: A, as it was; B, as far as one can tell; C, something of what the subject heard is missing; D, what comes out may have nothing to do with what happened; F, not at all. Nothing is played and nothing is kept.";
  static override examples = [
    {
      description: "Whether it is worth a try.",
      command: "<%= config.bin %> <%= command.id %> site.zip",
    },
    {
      description: "One that is encrypted, for a program.",
      command: "<%= config.bin %> <%= command.id %> site.zip --identity support.key --json",
    },
  ];
  static override args = {
    bundle: Args.string({ description: "the bundle, or the folder that it was imported into", required: true }),
  };
  static override flags = OPENING_FLAGS;

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(BundleInspect);
    const [{ openBundle }, { gradeBundle }, words, { subjectHere }, { versions }, { configOf }] = await Promise.all([
      import("../../../bundle/open-bundle.ts"),
      import("../../../bundle/grade.ts"),
      import("../../bundle/inspect-words.ts"),
      import("../../bundle/bundle-subject.ts"),
      import("../../version.ts"),
      import("../../wiring.ts"),
    ]);
    const config = await configOf(flags);
    await using bundle = await openBundle(args.bundle, await openingOf(flags, this.interrupted));
    const graded = await gradeBundle({
      ...bundle,
      versions: versions(),
      seat: (subject) => subjectHere(subject, config, this.interrupted),
      signal: this.interrupted,
    });
    const trusted = flags.trust !== undefined;
    if (flags.json) await this.printJson(words.inspectionJson(bundle, graded, trusted));
    else await this.printLine(words.inspectionWords(bundle, graded, trusted));
    return EXIT.ok;
  }
}
