import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FieldtapeError } from "../../errors.ts";
import { onDisk } from "../../tape/tape-disk.ts";
import { type GitProject, git } from "./git-project.ts";
import { linkTree } from "./link-tree.ts";
import type { ReleasePlaces } from "./release-context.ts";
import { runCommand } from "./run-command.ts";
import type { ReleaseFacts, ReleaseSettings } from "./schema.ts";
import { withVersion } from "./version-bump.ts";

const VERSION_FILES = ["package.json", "package-lock.json"];
/** Whose commits are never kept. */
const NOBODY = ["-c", "user.name=fieldtape", "-c", "user.email=fieldtape@localhost"];

export interface CheckOutRequest {
  readonly project: GitProject;
  readonly places: ReleasePlaces;
  readonly settings: ReleaseSettings;
  readonly facts: Omit<ReleaseFacts, "commit" | "date">;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/**
 * A repository of its own at the commit that is released: with the new version in it, where there is one. The project's own stays as
 * it is.
 *
 * @returns the commit
 * @throws FieldtapeError OUTPUT_FAILED, DISK_FULL, USAGE
 */
export async function checkOut(request: CheckOutRequest): Promise<string> {
  const { project, places, facts, signal } = request;
  await onDisk(places.checkout, rm(places.checkout, { recursive: true, force: true }));
  await onDisk(places.work, mkdir(places.work, { recursive: true }));
  await project.git(["clone", "--quiet", "--shared", "--no-checkout", project.top, places.checkout]);
  await git(places.checkout, ["checkout", "--quiet", "--detach", facts.base], signal);
  const commit = facts.version === facts.before ? facts.base : await commitVersion(request);
  await bringDependencies(request);
  return commit;
}

async function commitVersion({ project, places, facts, settings, dryRun, signal }: CheckOutRequest): Promise<string> {
  const { version, before, base } = facts;
  const changed = VERSION_FILES.filter((name) => existsSync(join(places.source, name)));
  for (const name of changed) {
    const file = join(places.source, name);
    const text = withVersion(await readFile(file, "utf8"), before, version);
    if (text === undefined)
      throw new FieldtapeError("INPUT_MALFORMED", "its version does not stand where npm writes it", {
        file: join(project.folder, name),
      });
    await onDisk(file, writeFile(file, text));
  }
  // The date of the commit that it follows: the same release is the same commit whenever it is made.
  const when = await project.dateOf(base);
  const identity = dryRun ? NOBODY : await ownIdentity(project);
  const message = `release: ${settings.product} ${version}`;
  await git(places.source, ["add", "--", ...changed], signal);
  const dates = { GIT_AUTHOR_DATE: when, GIT_COMMITTER_DATE: when };
  const command = [
    "git",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "commit.gpgSign=false",
    ...identity,
    "commit",
    "--quiet",
    "-m",
    message,
  ];
  await runCommand(command, { folder: places.source, signal, env: dates, capture: true });
  return (await git(places.source, ["rev-parse", "HEAD"], signal)).trim();
}

/** Who releases: as the project's own settings of git have it. */
async function ownIdentity(project: GitProject): Promise<readonly string[]> {
  const [name, email] = await Promise.all(
    ["user.name", "user.email"].map((key) =>
      project.git(["config", key]).then(
        (text) => text.trim(),
        () => "",
      ),
    ),
  );
  return name === "" || email === "" ? [] : ["-c", `user.name=${name}`, "-c", `user.email=${email}`];
}

async function bringDependencies({ project, places, settings, signal }: CheckOutRequest): Promise<void> {
  const { dependencies } = settings;
  if (dependencies === undefined) return;
  if (dependencies !== "link") {
    await runCommand(dependencies, { folder: places.source, signal });
    return;
  }
  const installed = join(project.folder, "node_modules");
  if (!existsSync(installed)) {
    throw new FieldtapeError("INPUT_MISSING", "the dependencies are not installed", {
      file: installed,
      hint: "run npm ci",
    });
  }
  await onDisk(places.source, linkTree(installed, join(places.source, "node_modules"), signal));
}
