import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** Whatever tests, and the programs that they start, say of themselves stays out of the user's own folder. For vitest's `globalSetup`. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "fieldtape-test-state-"));
  process.env["FIELDTAPE_STATE"] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
