import type { JsonObject } from "../../bytes/json.ts";
import type { ReleaseResult } from "./run-release.ts";

/** What was released, for programs. */
export function releaseJson(
  { facts, platform, steps, files, folder, notes }: ReleaseResult,
  dryRun: boolean,
): JsonObject {
  const { version, before, release, tag, commit, date } = facts;
  return {
    version,
    before,
    release,
    tag,
    commit,
    date,
    platform,
    dryRun,
    folder: dryRun ? null : folder,
    steps: steps.map(({ step, action }) => ({ step, action })),
    files: files.map(({ name, sha256, bytes }) => ({ name, sha256, bytes })),
    notes,
  };
}

const NOTES_SHOWN = 40;

/** The same for people. */
export function releaseWords({ facts, files, folder, notes }: ReleaseResult, dryRun: boolean): string {
  const { version, release, tag, commit } = facts;
  const width = Math.max(0, ...files.map(({ name }) => name.length));
  const listed = files.map(
    ({ name, sha256, bytes }) => `  ${name.padEnd(width)}  ${sha256.slice(0, 16)}  ${bytes} bytes`,
  );
  const head = dryRun
    ? `${version}, release ${release}, would be tagged ${tag} at ${commit.slice(0, 10)}; nothing was changed`
    : `${version}, release ${release}, is tagged ${tag} at ${commit.slice(0, 10)}; its files are in ${folder}`;
  const lines = notes.trimEnd().split("\n");
  const rest = lines.length > NOTES_SHOWN ? [`… ${lines.length - NOTES_SHOWN} more lines in NOTES.md`] : [];
  return [...lines.slice(0, NOTES_SHOWN), ...rest, "", ...listed, "", head].join("\n");
}
