import { accessSync, constants, mkdtempSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { systemCode } from "../../errors.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";

/** Bits of a mode that let others in. */
const OTHERS = 0o077;

/** Whether tapes can be written here, and logs there. */
export function examineFolders(folder: string, state: string): readonly Finding[] {
  return [workingFolder(folder), stateFolderFinding(state)];
}

function workingFolder(folder: string): Finding {
  try {
    rmSync(mkdtempSync(join(folder, ".fieldtape-doctor-")), { recursive: true });
    return ok("this folder", `${folder} can be written to`);
  } catch (thrown) {
    const code = systemCode(thrown) ?? "unknown";
    return problem(
      "this folder",
      `${folder} cannot be written to (${code})`,
      "go to another one, or name one with --output",
    );
  }
}

function stateFolderFinding(state: string): Finding {
  const about = "state folder";
  const found = statSync(state, { throwIfNoEntry: false });
  const place = found === undefined ? nearest(state) : state;
  if (!writable(place)) {
    const advice = "logs and crash reports are lost: set FIELDTAPE_STATE to a folder of yours";
    return warning(about, `${state} cannot be written to`, advice);
  }
  if (found === undefined) return ok(about, `${state}, made when there is something to keep`);
  if (process.platform !== "win32" && (found.mode & OTHERS) !== 0) {
    const mode = (found.mode & 0o777).toString(8);
    return warning(about, `${state} is open to others (mode ${mode})`, `chmod 700 ${state}`);
  }
  return ok(about, state);
}

/** The nearest folder above that is there. */
function nearest(path: string): string {
  const above = dirname(path);
  return above === path || statSync(above, { throwIfNoEntry: false }) !== undefined ? above : nearest(above);
}

function writable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
