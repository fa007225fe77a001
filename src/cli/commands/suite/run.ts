import process from "node:process";
import { Args, Flags } from "@oclif/core";
import { FieldtapeError } from "../../../errors.ts";
import type { ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";
import { leavingFlags } from "../../suite/leaving-flags.ts";
import { playingFlags } from "../../suite/playing-flags.ts";

export class SuiteRun extends FieldtapeCommand {
  static override summary = "Replay every scenario of a corpus and compare it with its golden.";
  static override description =
    "Finds every scenario.yaml below DIR, replays its tape in virtual time on all processors and compares what the subject says with golden.jsonl. Nothing is written into the corpus: what differs is left as a pending golden below .fieldtape/pending. A case that passed and of which nothing has changed keeps its result.";
  static override examples = [
    { description: "Run the whole corpus.", command: "<%= config.bin %> <%= command.id %>" },
    {
      description: "Only the Modbus cases, as JSON.",
      command: "<%= config.bin %> <%= command.id %> corpora/modbus --json",
    },
    {
      description: "The first of four parts, for suite merge to put together.",
      command: "<%= config.bin %> <%= command.id %> --shard 1/4 --result part-1.json",
    },
    {
      description: "Each case twice more, in other surroundings.",
      command: "<%= config.bin %> <%= command.id %> --determinism 2",
    },
  ];
  static override args = { dir: Args.string({ description: "the corpus, or a part of it", default: "corpora" }) };
  static override flags = {
    filter: Flags.string({ description: "only cases whose name contains this", helpValue: "TEXT" }),
    "changed-since": Flags.string({
      description: "only cases of which a file changed since this revision of git",
      helpValue: "REV",
    }),
    shard: Flags.string({
      description: "only this part of them, as 1/4; needs --result",
      helpValue: "I/N",
      dependsOn: ["result"],
    }),
    ...leavingFlags,
    relations: Flags.boolean({
      description: "also play each case re-chunked, twice, with pauses, from snapshots and from a tape written anew",
    }),
    determinism: Flags.integer({
      description:
        "play each case so often again, in fresh processes with another time zone, locale, date, order and memory",
      default: 0,
      min: 0,
      max: 100,
    }),
    cache: Flags.boolean({
      description: "keep results of cases of which nothing has changed",
      default: true,
      allowNo: true,
    }),
    engine: Flags.string({
      description: "threads of this machine, or a queue that suite worker takes cases from",
      options: ["threads", "bullmq"],
      default: "threads",
    }),
    redis: Flags.string({ description: "where the queue is", helpValue: "URL" }),
    files: Flags.string({
      description: "the folder that case files are put into for the workers",
      default: ".fieldtape/files",
      helpValue: "DIR",
    }),
    workers: Flags.integer({ description: "threads (default: one for each processor)", min: 1, max: 64 }),
    ...playingFlags,
  };

  protected override readonly longRunning = true;

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(SuiteRun);
    const queue = queueOf(flags);
    const [{ openQueue, openThreads }, { configOf, configOptionsOf }, { parseReport }, { parseShard }] =
      await Promise.all([
        import("../../suite/case-runner.ts"),
        import("../../wiring.ts"),
        import("../../suite/reports.ts"),
        import("../../../scenarios/run/shard.ts"),
      ]);
    const shard = flags.shard === undefined ? undefined : parseShard(flags.shard);
    const reports = (flags.report ?? []).map(parseReport);
    const common = {
      config: configOptionsOf(flags),
      workers: flags.workers,
      caseTimeoutSeconds: flags["case-timeout"],
      signal: this.interrupted,
    };
    const say = (text: string): void => this.say(text);
    const loaded = await configOf(flags); // a broken configuration is said once, before a thread meets it
    await using runner =
      queue === undefined ? await openThreads(common) : await openQueue({ ...common, ...queue, loaded, say });
    const [{ runCases }, { suiteSummary }, { conclude, runJson, runLines }, { logSuite }] = await Promise.all([
      import("../../suite/suite-run.ts"),
      import("../../suite/suite-words.ts"),
      import("../../suite/conclude.ts"),
      import("../../log/log-suite.ts"),
    ]);
    const report = await runCases(runner, {
      ...common,
      loaded,
      dir: args.dir,
      filter: flags.filter,
      changedSince: flags["changed-since"],
      shard: shard?.of === 1 ? undefined : shard,
      relations: flags.relations,
      variants: flags.variant ?? [],
      determinism: flags.determinism,
      cache: flags.cache && queue === undefined, // elsewhere nothing is known of what this machine keeps
      live: process.stderr.isTTY && !flags.json,
    });
    if (flags.json) for (const value of runJson(report.result)) await this.printJson(value);
    else for (const words of runLines(report.result)) await this.printLine(words);
    logSuite(this.runLog, report.result);
    this.say(suiteSummary(report));
    return conclude(report.result, { resultFile: flags.result, reports, corpus: report.corpus });
  }
}

interface QueueFlags {
  readonly engine: string;
  readonly redis?: string | undefined;
  readonly files: string;
  readonly determinism: number;
}

/** The queue that cases are to be put into; `undefined`: they are played here. @throws FieldtapeError USAGE */
function queueOf({ engine, redis, files, determinism }: QueueFlags): { redis: string; files: string } | undefined {
  if (engine !== "bullmq") return undefined;
  if (redis === undefined) throw new FieldtapeError("USAGE", "--engine bullmq needs --redis URL");
  if (determinism > 0)
    throw new FieldtapeError("USAGE", "--determinism repeats cases on this machine: leave out --engine bullmq");
  return { redis, files };
}
