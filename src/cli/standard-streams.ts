import process from "node:process";
import { EXIT } from "./exit.ts";

/**
 * Ends the process when its results have nobody to go to. A closed pipe (`| head`) is the reader's wish to stop; any other failure of
 * stdout, a full disk for example, is one. Words that stderr cannot take are no reason to stop a recording. Takes the place of oclif's
 * listener, which throws past everybody.
 */
export function guardStandardStreams(): void {
  process.stdout.removeAllListeners("error").on("error", outputFailed);
  process.stderr.removeAllListeners("error").on("error", () => {});
}

function outputFailed(error: Error): void {
  if ("code" in error && error.code === "EPIPE") process.exit(process.exitCode ?? EXIT.ok);
  process.stderr.write(`error: cannot write to stdout (${error.message})\n`);
  process.exit(EXIT.outside);
}
