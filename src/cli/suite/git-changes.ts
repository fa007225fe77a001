import { execFile } from "node:child_process";
import { sep } from "node:path";
import { promisify } from "node:util";
import { FieldtapeError } from "../../errors.ts";

const OUTPUT_MAX = 64 * 1024 * 1024;

/**
 * Files below `folder` that differ from a revision or that git does not know yet, with `/`, as paths below that folder.
 *
 * @throws FieldtapeError USAGE where there is no repository, or no such revision
 */
export async function changedSince(folder: string, revision: string): Promise<readonly string[]> {
  // What begins with a dash would be an option of git's.
  if (revision.startsWith("-")) throw new FieldtapeError("USAGE", `${revision} is no revision`);
  const differing = git(folder, ["diff", "--name-only", "--relative", "-z", "--no-renames", revision, "--", "."]);
  const unknown = git(folder, ["ls-files", "--others", "--exclude-standard", "-z", "--", "."]);
  const [tracked, added] = await Promise.all([differing, unknown]);
  return `${tracked}${added}`.split("\0").filter((path) => path !== "");
}

async function git(folder: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("git", ["-C", folder, ...args], { maxBuffer: OUTPUT_MAX });
    return stdout;
  } catch (cause) {
    const said = cause instanceof Error && "stderr" in cause ? String(cause.stderr).trim().split("\n")[0] : "";
    throw new FieldtapeError("USAGE", `git cannot say what has changed${said === "" ? "" : `: ${said}`}`, {
      // All that it said would come after this as the cause.
      ...(said === "" ? { cause } : {}),
      hint: `${folder}${sep} must be in a git repository that has the revision`,
    });
  }
}
