import process from "node:process";
import { Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../exit.ts";
import { FieldtapeCommand } from "../fieldtape-command.ts";
import { RELEASE_STEPS } from "../release/step-names.ts";

export class Release extends FieldtapeCommand {
  static override summary = "Make a release of a project: version, tests, build, package, sign, publish, tag.";
  static override description =
    "Does what the configuration declares under release, in a checkout of its own: the project and the repository are as they were until everything is there, and a step that fails leaves them so. Steps that were done with the same inputs are not done again by --resume. Keys are sealed with FIELDTAPE_KEY_PASSPHRASE; no command of the pipeline sees it.";
  static override examples = [
    {
      description: "Try everything, and leave nothing behind.",
      command: "<%= config.bin %> <%= command.id %> --dry-run",
    },
    "<%= config.bin %> <%= command.id %> --bump minor --key release-a.key --key release-b.key --timestamp-key time.key --trust 2.root.json",
    { description: "Go on after what stopped it is mended.", command: "<%= config.bin %> <%= command.id %> --resume" },
    { description: "Build and all that follows again.", command: "<%= config.bin %> <%= command.id %> --from build" },
  ];
  static override flags = {
    bump: Flags.string({
      description: "the version to release: patch, minor, major, or a version (default: that of package.json)",
      helpValue: "KIND|X.Y.Z",
    }),
    resume: Flags.boolean({ description: "go on with the release that was begun" }),
    from: Flags.option({
      options: RELEASE_STEPS,
      description: "go on with it, and do this step and those after it again",
      helpValue: "STEP",
    })(),
    "dry-run": Flags.boolean({
      description: "do and check everything, publish to nobody, and leave nothing changed",
      exclusive: ["resume", "from"],
    }),
    skip: Flags.option({
      options: ["tests", "build"] as const,
      description: "leave this step of a dry run out; repeat for each",
      multiple: true,
      dependsOn: ["dry-run"],
    })(),
    key: Flags.string({
      description: "private key file of the release role, besides those of the configuration; repeat for each",
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "KEY",
    }),
    "timestamp-key": Flags.string({
      description: "private key file of the timestamp role; repeat for each",
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "KEY",
    }),
    trust: Flags.string({ description: "the newest root that devices trust", helpValue: "ROOT" }),
    repo: Flags.string({ description: "the repository's folder", helpValue: "DIR" }),
    release: Flags.integer({
      description: "the release counter (default: the one after what is published)",
      min: 1,
      helpValue: "N",
    }),
  };

  protected override async act(): Promise<ExitCode> {
    const { flags } = await this.parse(Release);
    const [{ releaseRequest }, { runRelease }, words, { configOf, realWorld }] = await Promise.all([
      import("../release/release-request.ts"),
      import("../release/run-release.ts"),
      import("../release/release-words.ts"),
      import("../wiring.ts"),
    ]);
    const { config, file } = await configOf(flags);
    const request = releaseRequest(flags, { config, file, folder: process.cwd() });
    const now = realWorld({ sleep: "coarse" }).wall.wallNow();
    const result = await runRelease({ ...request, now, signal: this.interrupted, tell: (text) => this.say(text) });
    if (flags.json) await this.printJson(words.releaseJson(result, request.dryRun));
    else await this.printLine(words.releaseWords(result, request.dryRun));
    return EXIT.ok;
  }
}
