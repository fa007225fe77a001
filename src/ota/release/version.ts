import { inc, parse } from "semver";

/** Characters: what `semver` itself takes. */
const LENGTH_MAX = 256;

/** Whether the text is a version as SemVer 2.0.0 writes it: no leading `v`, no blanks. */
export function isVersion(text: string): boolean {
  // `semver` forgives what stands around a version.
  return text.length <= LENGTH_MAX && /^[0-9]\S*$/.test(text) && parse(text) !== null;
}

/**
 * Negative, zero or positive as `a` is older than, the same as, or newer than `b` (SemVer 2.0.0 §11; build metadata does not count).
 * Both have passed `isVersion`.
 */
export function compareVersions(a: string, b: string): number {
  const left = parse(a);
  const right = parse(b);
  if (left === null || right === null) throw new Error(`bug in fieldtape: ${a} or ${b} is no version`);
  return left.compare(right);
}

/** The next version of a kind; a version that is only announced (`2.0.0-rc.1`) becomes itself first, as npm counts. `undefined`: no version. */
export function raisedVersion(version: string, kind: "patch" | "minor" | "major"): string | undefined {
  return isVersion(version) ? (inc(version, kind) ?? undefined) : undefined;
}
