import { resolve } from "node:path";
import { Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class SuiteWorker extends FieldtapeCommand {
  static override summary = "Run cases that suite run --engine bullmq puts into a queue, until it is stopped.";
  static override description =
    "Case files are fetched by digest from --files, a folder or any HTTP server, and kept. The worker must be the same build with the same configuration as the run: another one does not see its jobs. Needs the packages bullmq and ioredis.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> --redis redis://queue:6379 --files https://files.example/cases",
  ];
  static override flags = {
    redis: Flags.string({ description: "where the queue is", required: true, helpValue: "URL" }),
    files: Flags.string({ description: "where case files are", default: ".fieldtape/files", helpValue: "DIR|URL" }),
    workers: Flags.integer({ description: "cases at once", default: 1, min: 1, max: 64 }),
  };

  protected override readonly longRunning = true;

  protected override async act(): Promise<ExitCode> {
    const { flags } = await this.parse(SuiteWorker);
    const [{ queueHouse }, { workOnQueue }, { buildDigest }, { configOf, configOptionsOf, realWorld }] =
      await Promise.all([
        import("../../queue/open-queue.ts"),
        import("../../queue/queue-worker.ts"),
        import("../../suite/build-digest.ts"),
        import("../../wiring.ts"),
      ]);
    const house = await queueHouse(flags.redis, this.interrupted);
    const loaded = await configOf(flags);
    await workOnQueue({
      house,
      build: await buildDigest(loaded, resolve("corpora")),
      files: flags.files,
      width: flags.workers,
      config: configOptionsOf(flags),
      clock: realWorld({ sleep: "coarse" }).clock,
      onReady: () => this.say("waiting for cases"),
      onCase: (name) => {
        this.runLog.info("case", { name });
        this.say(name);
      },
      signal: this.interrupted,
    });
    return EXIT.ok;
  }
}
