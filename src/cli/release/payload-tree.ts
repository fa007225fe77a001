import { copyFile, cp, mkdir, readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FieldtapeError } from "../../errors.ts";
import { onDisk } from "../../tape/tape-disk.ts";
import type { ReleaseContext } from "./release-context.ts";
import { BILL_FILE, LICENCES_FILE, shippedWith } from "./third-parties.ts";

/**
 * Puts together what is packed: the files that the configuration names, the packages that they need, the bill of materials and the
 * licences.
 *
 * @throws FieldtapeError INPUT_MISSING for what the build has not made; OUTPUT_FAILED, DISK_FULL
 */
export async function makePayload(context: ReleaseContext): Promise<void> {
  const { settings, places, platform, signal } = context;
  await onDisk(places.payload, rm(places.payload, { recursive: true, force: true }));
  const isWanted = (path: string): boolean => !settings.leaveOut.some((end) => path.endsWith(end));
  for (const path of settings.payload) {
    const from = join(places.source, path);
    const there = await stat(from).catch(() => undefined);
    if (there === undefined)
      throw new FieldtapeError("INPUT_MISSING", "is to be packed, and is not there after the build", { file: from });
    await onDisk(
      places.payload,
      cp(from, join(places.payload, path), { recursive: true, verbatimSymlinks: true, filter: isWanted }),
    );
    signal.throwIfAborted();
  }
  if (settings.modules === undefined) return;
  const keep = (path: string): boolean => isWanted(path) && !isForOthers(path, platform);
  for (const { path, asFolder } of await shippedWith(context)) {
    signal.throwIfAborted();
    if (asFolder) await copyPackage(join(places.source, path), join(places.payload, path), keep);
  }
  for (const name of [BILL_FILE, LICENCES_FILE])
    await onDisk(places.payload, copyFile(join(places.staged, name), join(places.payload, name)));
}

/** A package's own files: what lies in its `node_modules` are packages of their own. */
async function copyPackage(from: string, to: string, keep: (path: string) => boolean): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (entry.name === "node_modules") continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      if (keep(`${source}/`)) await copyPackage(source, target, keep);
    } else if (entry.isFile() && keep(source)) {
      await onDisk(target, mkdir(dirname(target), { recursive: true }));
      await onDisk(target, copyFile(source, target));
    }
  }
}

/** Native code stands in `prebuilds/<platform>`, as node-gyp-build looks for it; `darwin-x64+arm64` is for both. */
function isForOthers(path: string, platform: string): boolean {
  const built = /[/\\]prebuilds[/\\]([a-z0-9]+)-([a-z0-9+]+)[/\\]$/.exec(path);
  const [system, architecture] = platform.split("-");
  if (built === null || architecture === undefined) return false;
  return built[1] !== system || !(built[2] ?? "").split("+").includes(architecture);
}
