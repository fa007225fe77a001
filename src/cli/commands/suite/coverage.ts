import { Args, Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";
import { playingFlags } from "../../suite/playing-flags.ts";

export class SuiteCoverage extends FieldtapeCommand {
  static override summary = "Say what the cases of a corpus reach: states, transitions, frames in states, faults.";
  static override examples = [
    { description: "What is reached.", command: "<%= config.bin %> <%= command.id %>" },
    { description: "What no case reaches.", command: "<%= config.bin %> <%= command.id %> --uncovered" },
    {
      description: "Fail when something is lost that another run reached.",
      command: "<%= config.bin %> <%= command.id %> --base main.json --fail-on-loss",
    },
  ];
  static override args = { dir: Args.string({ description: "the corpus, or a part of it", default: "corpora" }) };
  static override flags = {
    uncovered: Flags.boolean({ description: "only what no case reaches" }),
    from: Flags.string({
      description: "of this run, as suite run --result left it, instead of a new one",
      helpValue: "FILE",
    }),
    base: Flags.string({ description: "a run to compare with, as suite run --result left it", helpValue: "FILE" }),
    "fail-on-loss": Flags.boolean({ description: "exit code 1 when something is lost", dependsOn: ["base"] }),
    ...playingFlags,
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(SuiteCoverage);
    const [
      { collectRun },
      { readRunResult },
      { COVERAGE_KINDS, countOf, lost, together },
      { uncovered },
      { VOCABULARY },
    ] = await Promise.all([
      import("../../suite/collect-run.ts"),
      import("../../suite/read-result.ts"),
      import("../../../scenarios/coverage/coverage.ts"),
      import("../../../scenarios/coverage/uncovered.ts"),
      import("../../suite/vocabulary.ts"),
    ]);
    const base = flags.base === undefined ? undefined : await readRunResult(flags.base);
    const result =
      flags.from === undefined
        ? (await collectRun({ ...flags, dir: args.dir }, this.interrupted)).result
        : await readRunResult(flags.from);
    const reached = together(result.cases.flatMap(({ coverage }) => coverage ?? []));
    const before = base === undefined ? undefined : together(base.cases.flatMap(({ coverage }) => coverage ?? []));
    const gone = before === undefined ? undefined : lost(before, reached);
    const shown = flags.uncovered ? uncovered(reached, VOCABULARY) : reached;
    if (flags.json) {
      const key = flags.uncovered ? "uncovered" : "reached";
      await this.printJson({ [key]: shown, ...(gone === undefined ? {} : { lost: gone }) });
    } else {
      for (const kind of COVERAGE_KINDS)
        for (const word of shown[kind]) await this.printLine(`${kind.padEnd(11)}  ${word}`);
      for (const kind of COVERAGE_KINDS)
        for (const word of gone?.[kind] ?? []) await this.printLine(`lost: ${kind.padEnd(11)}  ${word}`);
    }
    const counts = COVERAGE_KINDS.map((kind) => `${reached[kind].length} ${kind}`).join(", ");
    this.say(`${result.cases.length} cases reach ${counts}`);
    if (gone === undefined || countOf(gone) === 0) return EXIT.ok;
    this.say(`${countOf(gone)} that the base reached are lost`);
    return flags["fail-on-loss"] ? EXIT.different : EXIT.ok;
  }
}
