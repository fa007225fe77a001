import type { Manifest, ManifestFile } from "./manifest.ts";

/** The application itself, as a component: every file that no named one has. */
export const APPLICATION = "app";

export interface ReleasedComponent {
  readonly name: string;
  readonly version: string;
  readonly files: readonly ManifestFile[];
}

/** The parts that a release brings files of, each with its version: the application first, then the named ones by name. */
export function componentsOf({ app, components, files }: Manifest): readonly ReleasedComponent[] {
  const named = Object.keys(components).toSorted();
  const owner = ({ path }: ManifestFile): string => named.find((name) => path.startsWith(`${name}/`)) ?? APPLICATION;
  return [APPLICATION, ...named]
    .map((name) => ({ name, version: components[name] ?? app, files: files.filter((file) => owner(file) === name) }))
    .filter((component) => component.files.length > 0);
}
