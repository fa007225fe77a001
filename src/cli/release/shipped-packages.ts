import type { LockedPackage, PackageLock } from "./schema.ts";

/** A package of npm that goes out with a release. */
export interface ShippedPackage {
  /** Its folder in the project: `node_modules/a/node_modules/b`. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** As its manifest says it; "" where it says nothing. */
  readonly licence: string;
  /** Whether its folder is shipped; otherwise the build has taken it into the product's own files. */
  readonly asFolder: boolean;
}

export interface ShippingOptions {
  /** Dependencies of the project that the build has taken into its own files. */
  readonly bundled: ReadonlySet<string>;
  /** Which folders are here: what is for other platforms is not. */
  readonly installed: (path: string) => boolean;
}

/**
 * What is needed to run the project, as the lockfile has it: everything that is reached from its dependencies, found as Node finds it.
 * What only the bundled ones need is not shipped as a folder. By path.
 *
 * @returns also the names of what is needed and not installed
 */
export function shippedPackages(
  lock: PackageLock,
  { bundled, installed }: ShippingOptions,
): { readonly packages: readonly ShippedPackage[]; readonly missing: readonly string[] } {
  const missing = new Set<string>();
  const reach = (wanted: (name: string) => boolean): ReadonlySet<string> => {
    const reached = new Set<string>();
    const visit = (from: string, locked: LockedPackage, take: (name: string) => boolean): void => {
      for (const { name, optional } of needs(locked)) {
        const path = take(name) ? foundAt(lock, from, name) : undefined;
        if (path === undefined || !installed(path)) {
          if (take(name) && !optional) missing.add(name);
          continue;
        }
        if (reached.has(path)) continue;
        reached.add(path);
        visit(path, lock.packages[path] ?? {}, () => true);
      }
    };
    visit("", lock.packages[""] ?? {}, wanted);
    return reached;
  };
  const all = reach(() => true);
  const folders = reach((name) => !bundled.has(name));
  const packages = [...all].toSorted().map((path) => {
    const { name, version = "", license: licence = "" } = lock.packages[path] ?? {};
    return { path, name: name ?? nameOf(path), version, licence, asFolder: folders.has(path) };
  });
  return { packages, missing: [...missing].toSorted() };
}

function needs(locked: LockedPackage): readonly { readonly name: string; readonly optional: boolean }[] {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = locked;
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  const names = new Set([...Object.keys(dependencies), ...Object.keys(optionalDependencies), ...peers]);
  return [...names].map((name) => ({ name, optional: name in optionalDependencies }));
}

/** In the nearest `node_modules` upwards, as Node looks for it. */
function foundAt(lock: PackageLock, from: string, name: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    const path = `${at === "" ? "" : `${at}/`}node_modules/${name}`;
    if (path in lock.packages) return path;
    if (at === "") return undefined;
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}
