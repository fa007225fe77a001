import process from "node:process";
import { fileURLToPath } from "node:url";
import { EXIT } from "./exit.ts";
import { guardStandardStreams } from "./standard-streams.ts";
import { tellFailure } from "./tell-failure.ts";
import { onUncaught } from "./uncaught.ts";
import { unknownCommand } from "./unknown-command.ts";

/** Runs one command line. Everything that a command throws is handled by the command; what is left here is oclif's. */
export async function main(argv: readonly string[]): Promise<void> {
  guardStandardStreams();
  onUncaught();
  process.once("beforeExit", tellUnended);
  try {
    if (playsCases(argv)) await (await import("./suite/case-threads.ts")).beginThreads();
    await runCommand(argv);
  } catch (thrown) {
    if (isHelpExit(thrown)) return;
    if (thrown instanceof Error && /^command .* not found$/.test(thrown.message)) {
      const { COMMANDS } = await import("./command-table.ts");
      process.stderr.write(`${unknownCommand(argv, Object.keys(COMMANDS))}\n`);
      process.exitCode = EXIT.usage;
      return;
    }
    process.exitCode = await tellFailure(thrown, { debug: argv.includes("--debug") });
    if (process.exitCode === EXIT.usage) process.stderr.write("  see fieldtape --help\n");
  } finally {
    process.off("beforeExit", tellUnended);
  }
}

async function runCommand(argv: readonly string[]): Promise<void> {
  if (argv[0] === "--version" && argv.includes("--json")) {
    const { versions } = await import("./version.ts");
    process.stdout.write(`${JSON.stringify(versions())}\n`);
    return;
  }
  const { run, settings } = await import("@oclif/core");
  settings.enableAutoTranspile = false;
  await run([...argv], { root: fileURLToPath(new URL("../..", import.meta.url)) });
}

/** On as many threads as there are processors. A guess, before anything has looked at the command line. */
function playsCases([topic, command, ...args]: readonly string[]): boolean {
  return topic === "suite" && command === "run" && !args.some((arg) => /^(-h$|--(help|workers|engine))/.test(arg));
}

/** Nothing is left that could wake the program, and the command has not ended: it must not look as if all were well. */
function tellUnended(): void {
  process.stderr.write("bug in fieldtape: the command waits for something that can no longer come\n");
  process.exitCode = EXIT.bug;
}

/** oclif ends `--help` and `--version` with an exception that carries exit code 0. */
function isHelpExit(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || !("oclif" in thrown)) return false;
  const { oclif } = thrown;
  return typeof oclif === "object" && oclif !== null && "exit" in oclif && oclif.exit === 0;
}
