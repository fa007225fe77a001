import { resolve } from "node:path";
import { Args, Flags } from "@oclif/core";
import { corpusAround } from "../../corpus.ts";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class SuitePlay extends FieldtapeCommand {
  static override hidden = true;
  static override summary =
    "Leave what every case's subject says in a folder, compared with nothing: for suite compare.";
  static override examples = ["<%= config.bin %> <%= command.id %> corpora --out said"];
  static override args = { dir: Args.string({ description: "the corpus, or a part of it", default: "corpora" }) };
  static override flags = {
    out: Flags.string({ description: "a folder", required: true, helpValue: "DIR" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(SuitePlay);
    const [{ playCorpus }, { suiteSubjects }, { configOf }] = await Promise.all([
      import("../../suite/play-corpus.ts"),
      import("../../suite/suite-subjects.ts"),
      import("../../wiring.ts"),
    ]);
    const folder = resolve(args.dir);
    const findSubject = suiteSubjects(await configOf(flags));
    await playCorpus({
      folder,
      corpus: corpusAround(folder),
      out: resolve(flags.out),
      findSubject,
      signal: this.interrupted,
    });
    return EXIT.ok;
  }
}
