import { once } from "node:events";
import process from "node:process";
import { Command, Flags, type Interfaces } from "@oclif/core";
import type { JsonObject } from "../bytes/json.ts";
import { EXIT, type ExitCode } from "./exit.ts";
import { type Interruption, onInterruption } from "./interruption.ts";
import { LOG_LEVELS, type RunLog, SILENT } from "./log/run-log.ts";
import { logLevel, startLog } from "./log/start-log.ts";
import { logBegun, logEnded, logFailed } from "./log/tell-run.ts";
import { tellFailure } from "./tell-failure.ts";

/** What flags or arguments of any command come to. */
type Values = { readonly [name: string]: unknown };

/**
 * What all commands share. A command turns its flags into one typed value in the first lines of `act`, imports what
 * is heavy there (start-up time is a feature: nothing but flags and texts at the top of a command's file), and answers
 * with its exit code. Words go to stderr with `say`, results to stdout with `print`.
 */
export abstract class FieldtapeCommand extends Command {
  static override baseFlags = {
    json: Flags.boolean({ description: "print JSON on stdout and nothing else there", helpGroup: "GLOBAL" }),
    config: Flags.string({
      description: "read this configuration instead of fieldtape.config.{ts,js,json,yaml}",
      helpGroup: "GLOBAL",
      helpValue: "FILE",
      exclusive: ["no-config"],
    }),
    "no-config": Flags.boolean({ description: "read no configuration file", helpGroup: "GLOBAL" }),
    "log-level": Flags.string({
      description: "how much this run writes into logs/ of the state folder",
      helpGroup: "GLOBAL",
      options: LOG_LEVELS,
      default: "info",
      env: "FIELDTAPE_LOG_LEVEL",
    }),
    debug: Flags.boolean({ description: "show where an error came from", helpGroup: "GLOBAL", hidden: true }),
  };

  /** Whether it goes on for long, or alone: then its log tells what it did even if nobody asked for it beforehand. */
  protected readonly longRunning: boolean = false;
  #interruption: Interruption | undefined;
  #log: RunLog | undefined;

  /** Does the command's work; answers with the exit code of section "Exit codes" in the README. */
  protected abstract act(): Promise<ExitCode>;

  override async run(): Promise<void> {
    // Standard input carries data and commands; it is never taken for an argument that was not given.
    for (const arg of Object.values(this.ctor.args)) arg.ignoreStdin = true;
    try {
      const exit = await this.act();
      process.exitCode = exit;
      logEnded(this.#logged, exit);
    } catch (thrown) {
      logFailed(this.#logged, thrown);
      throw thrown;
    } finally {
      this.#interruption?.[Symbol.dispose]();
      await this.#log?.close();
    }
  }

  /** Begins the log, as soon as the command line is known to be one. */
  protected override async parse<F extends Values, B extends Values, A extends Values>(
    options?: Interfaces.Input<F, B, A>,
    argv?: string[],
  ): Promise<Interfaces.ParserOutput<F, B, A>> {
    const parsed = await super.parse(options, argv);
    if (this.#log === undefined) {
      this.#log = startLog({ level: logLevel(parsed.flags["log-level"]), command: this.id ?? "fieldtape" });
      logBegun(this.#logged, this.id ?? "fieldtape", this.argv);
    }
    return parsed;
  }

  /** What this run says of itself, for whoever asks later: events, losses, restarts. Silent before the command line is read. */
  protected get runLog(): RunLog {
    return this.#log ?? SILENT;
  }

  get #logged() {
    return { log: this.runLog, longRunning: this.longRunning };
  }

  /** Aborted by the first Ctrl-C or SIGTERM; the second one ends the process. */
  protected get interrupted(): AbortSignal {
    this.#interruption ??= onInterruption();
    return this.#interruption.signal;
  }

  /** Words for a person, on stderr. */
  protected say(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  /** Results on stdout, as they are; waits while the reader is slow. */
  protected async print(text: string | Uint8Array): Promise<void> {
    if (process.stdout.write(text)) return;
    const enough = new AbortController();
    const heard = ["drain", "close"].map((event) => once(process.stdout, event, { signal: enough.signal }));
    await Promise.race(heard);
    enough.abort(); // nobody is left to listen for the other
  }

  protected printLine(text: string): Promise<void> {
    return this.print(`${text}\n`);
  }

  protected printJson(value: JsonObject): Promise<void> {
    return this.printLine(JSON.stringify(value));
  }

  protected override async catch(error: Error): Promise<void> {
    this.parsed = true; // a refused command line is no forgotten one: oclif would warn
    const exit = await tellFailure(error, { debug: this.argv.includes("--debug") });
    if (exit === EXIT.usage && "oclif" in error)
      this.say(`  see fieldtape ${this.id?.replaceAll(":", " ") ?? ""} --help`);
    process.exitCode = exit;
  }
}
