import { mkdir, readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { unreachable } from "../../errors.ts";
import { writeWhole } from "../../ota/release/atomic-file.ts";
import { NOTES_LENGTH_MAX } from "../../ota/release/limits.ts";
import { onDisk } from "../../tape/tape-disk.ts";
import { parseIso } from "../../time/iso.ts";
import { ownSecret } from "../secrets/own-secret.ts";
import { SECRET_VARIABLES } from "../secrets/secrets.ts";
import { finishRelease } from "./finish-release.ts";
import { packRelease, readSaid } from "./pack-release.ts";
import { publishRelease } from "./publish-release.ts";
import {
  NOTES_FILE,
  packageName,
  placeholders,
  type ReleaseContext,
  SAID_FILE,
  STAGED_MANIFEST,
} from "./release-context.ts";
import { releaseNotes } from "./release-notes.ts";
import { digestsOf } from "./release-state.ts";
import { filled, runCommand } from "./run-command.ts";
import { signRelease } from "./sign-release.ts";
import type { ReleaseStep } from "./step-names.ts";
import { writeThirdParties } from "./third-parties.ts";
import { reportText, versionReport } from "./version-report.ts";

const SUMS_FILE = "SHA256SUMS";

/**
 * Does one step, after those before it.
 *
 * @returns the files in the working folder that it has made, by their paths there
 * @throws FieldtapeError saying what stopped it; the signal's reason
 */
export async function doStep(
  step: Exclude<ReleaseStep, "version">,
  context: ReleaseContext,
): Promise<readonly string[]> {
  const { settings, places } = context;
  const made = (...paths: readonly string[]): readonly string[] => paths.map((path) => relative(places.work, path));
  const staged = (...names: readonly string[]): readonly string[] =>
    made(...names.map((name) => join(places.staged, name)));
  switch (step) {
    case "notes":
      await stage(context, NOTES_FILE, await notesOf(context));
      return staged(NOTES_FILE);
    case "tests":
      await runAll(settings.tests, context);
      return [];
    case "build":
      await runAll(settings.build, context);
      return [];
    case "licences":
      await onDisk(places.staged, mkdir(places.staged, { recursive: true }));
      return staged(...(await writeThirdParties(context)));
    case "package":
      await packRelease(context);
      return made(places.packed, join(places.work, SAID_FILE));
    case "sign":
      await signRelease(context);
      return staged(packageName(context), STAGED_MANIFEST);
    case "report": {
      const report = versionReport({ ...context, product: settings.product, said: await readSaid(context) });
      await stage(context, "versions.json", `${JSON.stringify(report, undefined, 2)}\n`);
      await stage(context, "versions.txt", reportText(report));
      return staged("versions.json", "versions.txt");
    }
    case "hashes":
      await stage(context, SUMS_FILE, await sumsOf(places.staged));
      return staged(SUMS_FILE);
    case "publish":
      await publishRelease(context);
      return [];
    case "upload":
      if (settings.upload !== undefined) await runAll([settings.upload], context, await uploadSecret());
      return [];
    case "finish":
      await finishRelease(context);
      return [];
    default:
      return unreachable(step);
  }
}

async function stage({ places }: ReleaseContext, name: string, text: string): Promise<void> {
  await onDisk(places.staged, mkdir(places.staged, { recursive: true }));
  await writeWhole(join(places.staged, name), text, { mode: 0o644, force: true });
}

async function notesOf({ project, facts }: ReleaseContext): Promise<string> {
  const commits = await project.commitsSince(facts.since, facts.base);
  return releaseNotes(commits, { version: facts.version, since: facts.since, lengthMax: NOTES_LENGTH_MAX });
}

/** What an upload may know besides; no other command of a release does. */
async function uploadSecret(): Promise<Readonly<Record<string, string>>> {
  const token = await ownSecret("uploadToken");
  return token === undefined ? {} : { [SECRET_VARIABLES.uploadToken]: token };
}

async function runAll(
  commands: readonly (readonly string[])[],
  context: ReleaseContext,
  secrets: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { places, facts, signal, tell } = context;
  const env = { SOURCE_DATE_EPOCH: String(secondsOf(facts.date)), ...secrets };
  for (const command of commands) {
    const asked = filled(command, placeholders(context));
    tell(`  ${asked.join(" ")}`);
    await runCommand(asked, {
      folder: places.source,
      signal,
      env,
      hint: "what was done is kept: --resume goes on here",
    });
  }
}

/** Seconds since 1970 of a date as `formatIso` writes it. */
function secondsOf(date: string): bigint {
  return (parseIso(date) ?? 0n) / 1_000_000_000n;
}

async function sumsOf(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name !== SUMS_FILE).toSorted();
  const digests = await digestsOf(folder, names);
  return names.map((name) => `${digests[name]}  ${name}\n`).join("");
}
