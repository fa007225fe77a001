import type { SourceSpec } from "../../recorder/source-spec.ts";
import { EXIT, EXIT_OF_ERROR, type ExitCode, worst } from "../exit.ts";
import { failure } from "../failure.ts";
import { FieldtapeCommand } from "../fieldtape-command.ts";
import type { RecordFlags, RecordingPlan, TcpFlags } from "./plan.ts";

/** What the `record` commands share: they differ in what they record. */
export abstract class RecordCommand extends FieldtapeCommand {
  protected override readonly longRunning = true;

  /** A stop that was asked for, and sources that have ended, are good ends. */
  protected async record(
    source: SourceSpec,
    flags: RecordFlags & Common,
    links: { readonly tcp?: TcpFlags; readonly reconnect?: boolean } = {},
  ): Promise<ExitCode> {
    const { interrupted } = this;
    const [{ planRecording }, { runRecording }, { summaryJson }, { configOf }] = await Promise.all([
      import("./plan.ts"),
      import("./run-recording.ts"),
      import("./words.ts"),
      import("../wiring.ts"),
    ]);
    const config = await configOf(flags);
    const plan = planRecording(source, flags, { ...links, channels: config.config.channels ?? {} });
    if (flags.ui) return this.#show(plan);
    const around = { config, interrupted, log: this.runLog, say: (text: string) => this.say(text) };
    const record = flags.service ? (await import("./service/run-service.ts")).runService : runRecording;
    const result = await record(plan, around);
    if (flags.json) await this.printJson(summaryJson(result));
    const failures = [result.failure, result.decodeFailure, result.compressFailure].filter((one) => one !== undefined);
    for (const one of failures) {
      const { words } = failure(one, flags.debug);
      this.runLog.error("recording failed", { code: one.code, words });
      this.say(words);
    }
    return worst([EXIT.ok, ...failures.map(({ code }) => EXIT_OF_ERROR[code])]);
  }

  /** The same command once more, without the screen, in a process of its own: this one only sees to it, and to its screen. */
  async #show(plan: RecordingPlan): Promise<ExitCode> {
    const { interrupted } = this;
    const [{ superviseRecording }, { realWorld }, { tapeOf }] = await Promise.all([
      import("../supervise/supervise-recording.ts"),
      import("../wiring.ts"),
      import("./run-recording.ts"),
    ]);
    const { clock, wall } = realWorld({ sleep: "coarse" });
    return superviseRecording({
      command: (this.id ?? "").split(":"),
      argv: this.argv.filter((word) => word !== "--ui"),
      tape: tapeOf(plan, wall),
      tapeNamed: plan.output !== undefined,
      control: plan.control,
      clock,
      interrupted,
      log: this.runLog,
      say: (text) => this.say(text),
    });
  }
}

interface Common {
  readonly ui: boolean;
  readonly json: boolean;
  readonly debug: boolean;
  readonly config?: string | undefined;
  readonly "no-config": boolean;
}
