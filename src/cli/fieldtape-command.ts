import { once } from "node:events";
import process from "node:process";
import { Command, Flags } from "@oclif/core";
import type { JsonObject } from "../bytes/json.ts";
import { EXIT, type ExitCode } from "./exit.ts";
import { type Interruption, onInterruption } from "./interruption.ts";
import { tellFailure } from "./tell-failure.ts";

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
    debug: Flags.boolean({ description: "show where an error came from", helpGroup: "GLOBAL", hidden: true }),
  };

  #interruption: Interruption | undefined;

  /** Does the command's work; answers with the exit code of section "Exit codes" in the README. */
  protected abstract act(): Promise<ExitCode>;

  override async run(): Promise<void> {
    // Standard input carries data and commands; it is never taken for an argument that was not given.
    for (const arg of Object.values(this.ctor.args)) arg.ignoreStdin = true;
    try {
      process.exitCode = await this.act();
    } finally {
      this.#interruption?.[Symbol.dispose]();
    }
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
    if (!process.stdout.write(text)) await Promise.race([once(process.stdout, "drain"), once(process.stdout, "close")]);
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
