import process from "node:process";
import { EXIT } from "./exit.ts";
import { tellFailure } from "./tell-failure.ts";

/**
 * What was thrown where nobody waits for it ends the process like any other failure: in words, with its exit code, a bug with a report. Node
 * alone would end with 1, which says that something differs.
 */
export function onUncaught(): void {
  let telling = false;
  process.on("uncaughtException", (thrown) => {
    if (telling) process.exit(EXIT.bug);
    telling = true;
    tellFailure(thrown, { debug: process.argv.includes("--debug") }).then(
      (exit) => process.exit(exit),
      () => process.exit(EXIT.bug),
    );
  });
}
