import process from "node:process";
import { test } from "vitest";

const folder = process.env["FIELDTAPE_CAPTURES"];

/**
 * A test on real captures, which live outside the project: `FIELDTAPE_CAPTURES` names their folder. Without it the test
 * is skipped and says so.
 */
export function onCaptures(name: string, body: (folder: string) => void | Promise<void>, timeout?: number): void {
  if (folder !== undefined && folder !== "") test(name, () => body(folder), timeout);
  else test.skip(`${name} [skipped: FIELDTAPE_CAPTURES is not set]`, () => {});
}
