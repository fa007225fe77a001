/** Names in an installation's folder. Whatever else lies at the top of it is none of the updater's business. */
export const CURRENT = "current";
export const VERSIONS = "versions";
export const STAGING = "staging";
export const OBJECTS = "staging/objects";
export const TREES = "trees";
export const JOURNAL = "journal.jsonl";
/** What the announcer keeps: the newest roots, counters and time that it has trusted. */
export const KEPT = "trust.json";

/** A name that is not yet, or no longer, what it says: nothing depends on it, and recovery removes it. */
export const partial = (name: string): string => `.${name}`;
export const isPartial = (name: string): boolean => name.startsWith(".");

/** A complete tree; its name is taken only when all of it is durable. */
export const treePath = (tree: string): string => `${VERSIONS}/${tree}`;
export const partialTreePath = (tree: string): string => `${VERSIONS}/${partial(tree)}`;
/** The list of a tree's files, with which it can be checked at any time. */
export const treeListPath = (tree: string): string => `${TREES}/${tree}.json`;
export const objectPath = (sha256: string): string => `${OBJECTS}/${sha256}`;

/** A version as the name of a folder: SemVer with what it allows, and nothing that could lead elsewhere. */
export function isTreeName(name: string): boolean {
  return /^[0-9A-Za-z][0-9A-Za-z.+-]{0,99}$/.test(name);
}
