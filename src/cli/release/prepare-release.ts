import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { FieldtapeError } from "../../errors.ts";
import { isThere } from "../../ota/release/atomic-file.ts";
import { readIfThere } from "../../ota/release/input-file.ts";
import { TIMESTAMP_BYTES_MAX } from "../../ota/release/limits.ts";
import { TIMESTAMP_PATH } from "../../ota/release/repository-path.ts";
import { TIMESTAMP_FILE } from "../../ota/release/schema.ts";
import type { GitProject } from "./git-project.ts";
import { placesOf } from "./release-context.ts";
import { parsePackageJson, parsePackageLock, type ReleaseFacts, type ReleaseSettings } from "./schema.ts";
import { type ProjectFacts, targetVersion, versionProblems } from "./version-bump.ts";

export interface PrepareRequest {
  readonly project: GitProject;
  readonly settings: ReleaseSettings;
  readonly bump: string | undefined;
  readonly dryRun: boolean;
  /** The release counter, if it is not to follow the one that is published. */
  readonly release: number | undefined;
  /** What an earlier attempt decided, if it is to go on. */
  readonly begun: ReleaseFacts | undefined;
}

/** What is released; the commit is that of the checkout, once it is made. */
export type Decided = Omit<ReleaseFacts, "commit" | "date">;

/**
 * Looks at the project and decides what is released.
 *
 * @throws FieldtapeError USAGE with everything that forbids it
 */
export async function prepareRelease(request: PrepareRequest): Promise<Decided> {
  const { project, settings, bump, begun } = request;
  const found = await readVersions(project.folder);
  const head = await project.head();
  // The last step may have been cut off after it brought the new version.
  const goesOn = begun !== undefined && (head === begun.base || head === begun.commit) && isSame(begun, bump);
  const current = goesOn ? begun.before : found.version;
  const target = goesOn ? begun.version : targetVersion(current, bump);
  if (target === undefined) {
    throw new FieldtapeError("USAGE", `${JSON.stringify(bump ?? current)} is no version to release`, {
      hint: "say --bump patch, minor, major, or a version like 2.4.1",
    });
  }
  const tag = settings.tag.replace("{version}", target);
  const pattern = settings.tag.replace("{version}", "*");
  const tags = await project.tags(pattern);
  const facts: ProjectFacts = {
    current: found.version,
    target,
    lock: found.lock,
    changes: await project.changes(settings.out),
    branch: await project.branch(),
    identified: request.dryRun || (await project.isIdentified()),
    tag,
    tags: new Set([...tags].filter(([, commit]) => !goesOn || commit !== begun.commit).map(([name]) => name)),
    finished: await isThere(placesOf(project, { ...settings, dryRun: false }, target).finished),
  };
  const problems = versionProblems(facts);
  if (problems.length > 0)
    throw new FieldtapeError("USAGE", `${target} cannot be released\n    ${problems.join("\n    ")}`, {
      file: project.folder,
    });
  const base = goesOn ? begun.base : head;
  const since = await project.tagBefore(base, pattern);
  const release = request.release ?? (goesOn ? begun.release : (await publishedRelease(project, settings)) + 1);
  return { version: target, before: current, release, tag, base, ...(since === undefined ? {} : { since }) };
}

/** Without `--bump` it is the attempt that was begun; with it, it must be the same one. */
function isSame({ before, version }: ReleaseFacts, bump: string | undefined): boolean {
  return bump === undefined || targetVersion(before, bump) === version;
}

async function readVersions(folder: string) {
  const file = join(folder, "package.json");
  const own = parsePackageJson(await readFile(file, "utf8").catch(() => ""));
  if (own === undefined) throw new FieldtapeError("INPUT_MISSING", "there is no package.json with a version", { file });
  const path = join(folder, "package-lock.json");
  const text = (await isThere(path)) ? await readFile(path, "utf8") : undefined;
  const lock = text === undefined ? undefined : parsePackageLock(text);
  if (text !== undefined && lock === undefined)
    throw new FieldtapeError("INPUT_MALFORMED", "is no lockfile of npm 7 or later", { file: path });
  return { version: own.version, lock };
}

/** Whether what is published is to be believed is for `publish` to say. */
async function publishedRelease(project: GitProject, { repository }: ReleaseSettings): Promise<number> {
  if (repository === undefined) return 0;
  const bytes = await readIfThere(resolve(project.folder, repository, TIMESTAMP_PATH), TIMESTAMP_BYTES_MAX);
  const parsed = bytes === undefined ? undefined : TIMESTAMP_FILE.parse(bytes);
  return parsed === undefined || "refused" in parsed ? 0 : parsed.accepted.manifest.release;
}
