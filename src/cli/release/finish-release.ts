import { mkdir, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { onDisk } from "../../tape/tape-disk.ts";
import { GitProject } from "./git-project.ts";
import type { ReleaseContext, ReleasePlaces } from "./release-context.ts";
import type { ReleaseFacts } from "./schema.ts";

/**
 * Puts the release's folder, the new version and its tag in place, all or none: what was done is taken back when the rest fails. It is
 * not stopped halfway.
 *
 * @throws FieldtapeError OUTPUT_FAILED, DISK_FULL
 */
export async function finishRelease({ project, facts, places, settings }: ReleaseContext): Promise<void> {
  const { signal } = new AbortController();
  const own = await GitProject.at(project.folder, signal);
  const taken: (() => Promise<unknown>)[] = [];
  try {
    if (facts.commit !== facts.base) {
      await own.git(["fetch", "--quiet", "--no-tags", places.checkout, facts.commit]);
      if ((await own.head()) !== facts.commit) {
        await own.git(["merge", "--quiet", "--ff-only", facts.commit]);
        taken.push(() => own.git(["reset", "--quiet", "--keep", facts.base]));
      }
    }
    if (!(await own.tags(facts.tag)).has(facts.tag)) {
      await own.git(["tag", "--annotate", "-m", `${settings.product} ${facts.version}`, facts.tag, facts.commit]);
      taken.push(() => own.git(["tag", "--delete", facts.tag]));
    }
    await onDisk(places.finished, mkdir(dirname(places.finished), { recursive: true }));
    await onDisk(places.finished, rename(places.staged, places.finished));
  } catch (thrown) {
    for (const takeBack of taken.toReversed()) await takeBack();
    throw thrown;
  }
}

/** Whether the last step has done all that it does: only its working folder may still be there. */
export async function isFinished(
  project: GitProject,
  { tag, commit }: ReleaseFacts,
  { finished }: ReleasePlaces,
): Promise<boolean> {
  const there = await stat(finished).catch(() => undefined);
  return there !== undefined && (await project.tags(tag)).get(tag) === commit;
}
