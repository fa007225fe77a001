import { resolve } from "node:path";
import process from "node:process";
import { Args, Flags } from "@oclif/core";
import { verdict } from "../../../scenarios/case-result.ts";
import { corpusAround } from "../../corpus.ts";
import type { ExitCode } from "../../exit.ts";
import { EXIT, worst } from "../../exit.ts";
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
    const folder = resolve(args.dir);
    const corpus = corpusAround(folder);
    const [{ discover }, { runSuite }, { SuitePool }, { caseWords, exitOf }, { configOf, realWorld }, { seconds }] =
      await Promise.all([
        import("../../../scenarios/discover.ts"),
        import("../../../scenarios/run-suite.ts"),
        import("../../suite-pool.ts"),
        import("../../suite-words.ts"),
        import("../../wiring.ts"),
        import("../../../time/nanos.ts"),
      ]);
    await configOf(flags); // a broken configuration is said once, before a thread meets it
    const found = await discover(folder);
    const { filter } = flags;
    const folders =
      filter === undefined ? found.folders : found.folders.filter((path) => path.slice(corpus.length).includes(filter));
    if (folders.length === 0) {
      this.say(`no scenario ${filter === undefined ? "" : `matching ${JSON.stringify(filter)} `}below ${args.dir}`);
      return EXIT.incomplete;
    }
    const { clock } = realWorld({ sleep: "coarse" });
    await using pool = new SuitePool({
      config: { folder: process.cwd(), file: flags.config, none: flags["no-config"] },
      width: flags.workers,
      clock,
      caseLimit: seconds(flags["case-timeout"]),
    });
    const began = clock.now();
    const results = await runSuite({ folders, orphans: filter === undefined ? found.orphans : [] }, pool, {
      corpus,
      pendingFolder: resolve(".fieldtape", "pending"),
      signal: this.interrupted,
      onResult: ({ name, outcome }) => {
        if (process.stderr.isTTY && !flags.json) process.stderr.write(`\r\u001b[K${verdict(outcome)}: ${name}`);
      },
    });
    if (process.stderr.isTTY && !flags.json) process.stderr.write("\r\u001b[K");
    const bad = results.filter((result) => result.outcome.type !== "passed");
    if (flags.json) for (const result of results) await this.printJson({ ...result, outcome: { ...result.outcome } });
    else for (const result of bad) await this.printLine(`${caseWords(result)}\n`);
    const seconds_ = ((clock.now() - began) / 1e9).toFixed(1);
    this.say(
      `${results.length} ${results.length === 1 ? "case" : "cases"}: ${results.length - bad.length} passed, ${bad.length} not, in ${seconds_} s`,
    );
    return worst(results.map((result) => exitOf(result.outcome)));
  }
}
