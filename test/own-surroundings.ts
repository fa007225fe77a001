import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/**
 * Whatever tests, and the programs that they start, say of themselves stays out of the user's own folder; and certificates of this
 * machine are none of their business (Node 20 reads them at every start, which takes twice as long as the start itself). For
 * vitest's `globalSetup`.
 */
export function setup(): () => void {
  delete process.env["NODE_EXTRA_CA_CERTS"];
  const folder = mkdtempSync(join(tmpdir(), "fieldtape-test-state-"));
  process.env["FIELDTAPE_STATE"] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
