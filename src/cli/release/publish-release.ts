import { cp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isThere } from "../../ota/release/atomic-file.ts";
import { ROOT_STEPS_MAX } from "../../ota/release/limits.ts";
import { publish } from "../../ota/release/publish.ts";
import { rootPath, TIMESTAMP_PATH } from "../../ota/release/repository-path.ts";
import { onDisk } from "../../tape/tape-disk.ts";
import { parseExpiry } from "../ota/expiry.ts";
import { signedRoot } from "../ota/root-file.ts";
import { packageName, type ReleaseContext } from "./release-context.ts";
import { refusedBy } from "./sign-release.ts";

/**
 * Publishes the package; devices see it when everything of it is there, and not before. A dry run does it in a copy of what the
 * repository has signed.
 *
 * @throws FieldtapeError INPUT_MALFORMED when devices would refuse it, and those of `publish`
 */
export async function publishRelease(context: ReleaseContext): Promise<void> {
  const { settings, places, project, signer, now, dryRun, tell } = context;
  if (settings.repository === undefined && !dryRun) {
    tell("  no repository is named: nothing to publish to");
    return;
  }
  const real = settings.repository === undefined ? undefined : resolve(project.folder, settings.repository);
  const repository =
    dryRun || real === undefined
      ? await rehearsal(join(places.work, "repository"), signer.madeUp ? undefined : real)
      : real;
  const root = signedRoot(signer.root);
  const file = join(places.staged, packageName(context));
  const verdict = await publish({
    package: file,
    repository,
    trust: signer.root.trust,
    ...(root === undefined ? {} : { root }),
    timestampKeys: signer.timestamp,
    goodFor: parseExpiry(settings.expires, now),
  });
  if ("refused" in verdict) throw refusedBy("it cannot be published", verdict.refused, file);
}

/** A repository that nobody sees, with the signed files of the real one: what may follow is decided by them alone. */
async function rehearsal(folder: string, real: string | undefined): Promise<string> {
  await onDisk(folder, rm(folder, { recursive: true, force: true }));
  if (real === undefined) return folder;
  const roots = Array.from({ length: ROOT_STEPS_MAX }, (_, index) => rootPath(index + 1));
  for (const path of [TIMESTAMP_PATH, "manifests", "signatures", ...roots]) {
    const from = join(real, path);
    if (await isThere(from)) await onDisk(folder, cp(from, join(folder, path), { recursive: true }));
  }
  return folder;
}
