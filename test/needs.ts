import { spawnSync } from "node:child_process";
import process from "node:process";
import { test } from "vitest";

/** `FIELDTAPE_REQUIRE=all` (continuous integration): a test that would skip fails instead. */
const requireAll = process.env["FIELDTAPE_REQUIRE"] === "all";

function installed(program: string): boolean {
  return spawnSync("sh", ["-c", 'command -v "$0"', program], { stdio: "ignore" }).status === 0;
}

/**
 * `needs("socat", "tshark")(name, body)`: a test that needs other programs. Where one is missing the test is skipped and
 * its name says which; under `FIELDTAPE_REQUIRE=all` it fails.
 */
export function needs(...programs: string[]) {
  const missing = programs.filter((program) => !installed(program));
  return (name: string, body: () => void | Promise<void>, timeout?: number): void => {
    if (missing.length === 0) test(name, body, timeout);
    else if (requireAll) {
      test(name, () => {
        throw new Error(`needs ${missing.join(", ")}, which is not installed`);
      });
    } else test.skip(`${name} [skipped: needs ${missing.join(", ")}]`, body);
  };
}
