import { copyFile, link, mkdir, readdir, readlink, symlink } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../../errors.ts";

/** Caches of tools, which they write in place. */
const CACHES: ReadonlySet<string> = new Set([".cache", ".vite", ".vitest", ".vite-temp"]);

/** A tree that shares its files with another one: quick to make, and as whole as that one. Where files cannot be shared they are copied. */
export async function linkTree(from: string, to: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else if (entry.isDirectory()) {
      if (!CACHES.has(entry.name)) await linkTree(source, target, signal);
    } else await link(source, target).catch((thrown: unknown) => copyWhereLinksFail(thrown, source, target));
  }
}

async function copyWhereLinksFail(thrown: unknown, source: string, target: string): Promise<void> {
  if (!NO_LINKS.has(systemCode(thrown) ?? "")) throw thrown;
  await copyFile(source, target);
}

const NO_LINKS: ReadonlySet<string> = new Set(["EXDEV", "EPERM", "EMLINK", "ENOTSUP", "EOPNOTSUPP"]);
