import process from "node:process";
import { EXIT, type ExitCode } from "./exit.ts";
import { failure } from "./failure.ts";

/** Says on stderr what went wrong, and keeps a report of a bug. @returns the exit code to end with */
export async function tellFailure(thrown: unknown, options: { readonly debug: boolean }): Promise<ExitCode> {
  const { exit, words } = failure(thrown, options.debug);
  process.stderr.write(`${words}\n`);
  if (exit === EXIT.bug) {
    const { reportCrash } = await import("./crash-report.ts");
    const file = reportCrash({ part: "command", thrown });
    if (file !== undefined) process.stderr.write(`  crash report: ${file}\n`);
  }
  return exit;
}
