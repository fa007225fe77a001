import { compareVersions, isVersion, raisedVersion } from "../../ota/release/version.ts";
import type { PackageLock } from "./schema.ts";

/** The version that is released: the one that stands there, the next one of a kind, or one that is named. */
export function targetVersion(current: string, bump: string | undefined): string | undefined {
  if (bump === undefined) return current;
  if (bump === "patch" || bump === "minor" || bump === "major") return raisedVersion(current, bump);
  return isVersion(bump) ? bump : undefined;
}

/** What stands in a project before it is released. */
export interface ProjectFacts {
  readonly current: string;
  readonly target: string;
  readonly lock: PackageLock | undefined;
  /** Of git, as `status --porcelain` has them. */
  readonly changes: readonly string[];
  /** The branch that is checked out; `undefined`: none is. */
  readonly branch: string | undefined;
  /** Whether git knows who commits and tags; a dry run needs nobody. */
  readonly identified: boolean;
  readonly tag: string;
  readonly tags: ReadonlySet<string>;
  /** Whether there is a finished release of the target. */
  readonly finished: boolean;
}

const CHANGES_SHOWN = 5;

/** Everything that forbids the release, each with what to do about it; empty: nothing does. */
export function versionProblems(facts: ProjectFacts): readonly string[] {
  const { current, target, lock, changes, branch, identified, tag, tags, finished } = facts;
  const locked = lock && [lock.version, lock.packages[""]?.version];
  const shown = changes.slice(0, CHANGES_SHOWN).join(", ");
  const problems: readonly (readonly [boolean, string])[] = [
    [!isVersion(current), `package.json has ${JSON.stringify(current)}, which is no version of SemVer 2.0.0`],
    [
      locked?.some((version) => version !== current) === true,
      `package-lock.json has version ${locked?.join(" and ")}, package.json ${current}: run npm install --package-lock-only`,
    ],
    [
      target !== current && isVersion(current) && compareVersions(target, current) <= 0,
      `${target} is not newer than ${current}`,
    ],
    [
      changes.length > 0,
      `there are changes that are not committed (${shown}${changes.length > CHANGES_SHOWN ? ", …" : ""})`,
    ],
    [target !== current && branch === undefined, "no branch is checked out that could take the new version"],
    [!identified, "git does not know who makes the tag: set user.name and user.email"],
    [tags.has(tag), `there is a tag ${tag} already: name a newer version with --bump`],
    [finished, `${target} is released already: name a newer version with --bump`],
  ];
  return problems.filter(([holds]) => holds).map(([, problem]) => problem);
}

/**
 * `package.json` or `package-lock.json` with another version of the project itself, everything else to the byte as it was.
 * `undefined`: the version does not stand where npm writes it.
 */
export function withVersion(text: string, current: string, target: string): string | undefined {
  const places = [
    /^(?<head>\{\s*(?:"name":[^\n]*\n\s*)?"version": *)"[^"]*"/,
    /(?<head>"packages": *\{\s*"": *\{\s*(?:"name":[^\n]*\n\s*)?"version": *)"[^"]*"/,
  ];
  const wanted = text.includes('"lockfileVersion"') ? places : places.slice(0, 1);
  let changed = text;
  for (const place of wanted) {
    const found = place.exec(changed);
    if (found === null || !found[0].endsWith(JSON.stringify(current))) return undefined;
    const head = found.groups?.["head"] ?? "";
    changed = `${changed.slice(0, found.index)}${head}${JSON.stringify(target)}${changed.slice(found.index + found[0].length)}`;
  }
  return changed;
}
