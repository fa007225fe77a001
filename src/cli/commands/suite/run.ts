import process from "node:process";
import { Args, Flags } from "@oclif/core";
import { type ExitCode, worst } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class SuiteRun extends FieldtapeCommand {
  static override summary = "Replay every scenario of a corpus and compare it with its golden.";
  static override description =
    "Finds every scenario.yaml below DIR, replays its tape in virtual time on all processors and compares what the subject says with golden.jsonl. Nothing is written into the corpus: what differs is left as a pending golden below .fieldtape/pending.";
  static override examples = [
    { description: "Run the whole corpus.", command: "<%= config.bin %> <%= command.id %>" },
    {
      description: "Only the Modbus cases, as JSON.",
      command: "<%= config.bin %> <%= command.id %> corpora/modbus --json",
    },
  ];
  static override args = { dir: Args.string({ description: "the corpus, or a part of it", default: "corpora" }) };
  static override flags = {
    filter: Flags.string({ description: "only cases whose name contains this", helpValue: "TEXT" }),
    relations: Flags.boolean({
      description: "also play each case re-chunked, twice, with pauses, from snapshots and from a tape written anew",
    }),
    workers: Flags.integer({ description: "threads (default: one for each processor)", min: 1, max: 64 }),
    "case-timeout": Flags.integer({
      description: "seconds after which a case has hung",
      default: 60,
      min: 1,
      max: 86_400,
    }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(SuiteRun);
    const [{ runSuiteBelow }, { suiteSummary, runWords, differingCases, exitOf }, { clustersOf }, { configOf }] =
      await Promise.all([
        import("../../suite-run.ts"),
        import("../../suite-words.ts"),
        import("../../../scenarios/differences/cluster.ts"),
        import("../../wiring.ts"),
      ]);
    await configOf(flags); // a broken configuration is said once, before a thread meets it
    const report = await runSuiteBelow({
      dir: args.dir,
      filter: flags.filter,
      relations: flags.relations,
      workers: flags.workers,
      caseTimeoutSeconds: flags["case-timeout"],
      config: { folder: process.cwd(), file: flags.config, none: flags["no-config"] },
      live: process.stderr.isTTY && !flags.json,
      signal: this.interrupted,
    });
    if (flags.json) {
      for (const result of report.results) await this.printJson({ ...result, outcome: { ...result.outcome } });
      for (const cluster of clustersOf(differingCases(report.results))) await this.printJson({ cluster });
    } else for (const words of runWords(report.results)) await this.printLine(`${words}\n`);
    this.say(suiteSummary(report));
    return worst(report.results.map((result) => exitOf(result.outcome)));
  }
}
