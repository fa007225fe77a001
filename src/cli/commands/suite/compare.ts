import { resolve } from "node:path";
import { Args, Flags } from "@oclif/core";
import { corpusAround } from "../../corpus.ts";
import { EXIT, type ExitCode, worst } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";
import { plural } from "../../plural.ts";

export class SuiteCompare extends FieldtapeCommand {
  static override summary =
    "Play a corpus with two builds and say cause by cause in what they differ; no goldens needed.";
  static override description =
    "BASE and HEAD are commands that run a fieldtape each, in this folder: another checkout of it, or the same one with another --config. They are cut at blanks and quotes; no shell sees them.";
  static override examples = [
    {
      description: "This build against the one that is installed.",
      command: "<%= config.bin %> <%= command.id %> --base fieldtape --head 'node bin/run.js'",
    },
  ];
  static override args = { dir: Args.string({ description: "the corpus, or a part of it", default: "corpora" }) };
  static override flags = {
    base: Flags.string({ description: "runs the build to compare with", required: true, helpValue: "CMD" }),
    head: Flags.string({ description: "runs the build that is new", required: true, helpValue: "CMD" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(SuiteCompare);
    const [{ commandWords }, { compareBuilds }, { clustersOf }, { clustersWords }] = await Promise.all([
      import("../../command-words.ts"),
      import("../../suite/compare-builds.ts"),
      import("../../../scenarios/differences/cluster.ts"),
      import("../../cluster-words.ts"),
    ]);
    const folder = resolve(args.dir);
    const { cases, differing, broken, unknown } = await compareBuilds({
      folder,
      corpus: corpusAround(folder),
      base: commandWords(flags.base),
      head: commandWords(flags.head),
      diffFolder: resolve(".fieldtape", "compared"),
      signal: this.interrupted,
    });
    const clusters = clustersOf(differing);
    const known = new Map(differing.map(({ name, differences }) => [name, differences]));
    if (flags.json) for (const cluster of clusters) await this.printJson({ cluster });
    else
      for (const words of clustersWords(clusters, { differencesOf: (name) => known.get(name) }))
        await this.printLine(`${words}\n`);
    for (const each of broken) {
      if (flags.json) await this.printJson({ broken: each });
      else await this.printLine(`${each.name}: only the ${each.build} cannot play it: ${each.why}`);
    }
    for (const each of unknown) {
      if (flags.json) await this.printJson({ unknown: each });
      else await this.printLine(`${each.name}: neither build can play it: ${each.why}`);
    }
    this.say(
      `${plural(cases, "case")}: ${differing.length} differ, in ${plural(clusters.length, "cause")}${broken.length === 0 ? "" : `; ${broken.length} only one build can play`}${unknown.length === 0 ? "" : `; ${unknown.length} neither`}`,
    );
    return worst([
      differing.length + broken.length === 0 ? EXIT.ok : EXIT.different,
      unknown.length === 0 ? EXIT.ok : EXIT.incomplete,
    ]);
  }
}
