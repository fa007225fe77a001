import type { FileOperation, FolderEntry } from "../update/durable-fs.ts";
import { OBJECTS, objectPath, partial, STAGING } from "../update/layout.ts";
import type { ResumePoint } from "./download-plan.ts";
import type { ResumeRecord } from "./schema.ts";

/** What is on its way, by the digest that it will have, with the record from which a restart goes on. */
export const PARTS = `${STAGING}/parts`;
/** A resume record of the largest file that has one. */
export const RECORD_BYTES_MAX = 8 * 1024 * 1024;

export const partPath = (sha256: string): string => `${PARTS}/${sha256}`;
export const recordPath = (sha256: string): string => `${PARTS}/${recordName(sha256)}`;
export const recordName = (sha256: string): string => `${sha256}.json`;

/** What is asked first: what is there. */
export const LOOK: readonly FileOperation[] = [
  { do: "list", path: "" },
  { do: "list", path: STAGING },
  { do: "list", path: OBJECTS },
  { do: "list", path: PARTS },
];

/** Makes the folders that are missing, and removes the parts of what nobody wants any more. */
export function tidying(
  [top, staging, , parts]: readonly (readonly FolderEntry[])[],
  wanted: ReadonlySet<string>,
): readonly FileOperation[] {
  const has = (entries: readonly FolderEntry[] | undefined, path: string): boolean =>
    entries?.some(({ name }) => path === name || path.endsWith(`/${name}`)) === true;
  const missing = [
    ...(has(top, STAGING) ? [] : [{ folder: STAGING, parent: "" }]),
    ...[OBJECTS, PARTS].filter((path) => !has(staging, path)).map((folder) => ({ folder, parent: STAGING })),
  ];
  const unwanted = (parts ?? []).filter(({ name }) => !wanted.has(name.replace(/\.json$/, "")));
  return [
    ...missing.flatMap(({ folder, parent }): FileOperation[] => [
      { do: "make-folder", path: folder },
      { do: "sync-folder", path: parent },
    ]),
    ...unwanted.map(({ name }): FileOperation => ({ do: "remove-tree", path: `${PARTS}/${name}` })),
  ];
}

/** The bytes first, then the record that vouches for them, in one step. */
export function saving(sha256: string, url: string, point: ResumePoint): readonly FileOperation[] {
  const record: ResumeRecord = {
    url,
    ...(point.etag === undefined ? {} : { etag: point.etag }),
    ...(point.total === undefined ? {} : { total: point.total }),
    offset: point.offset,
    chunks: [...point.chunks],
  };
  const path = `${PARTS}/${partial(recordName(sha256))}`;
  return [
    { do: "sync", path: partPath(sha256) },
    { do: "create", path, text: `${JSON.stringify(record)}\n`, mode: 0o600 },
    { do: "sync", path },
    { do: "rename", from: path, path: recordPath(sha256) },
    { do: "sync-folder", path: PARTS },
  ];
}

/** It is whole, and synced: from here on it has its name. */
export function placing(sha256: string, hasRecord: boolean): readonly FileOperation[] {
  return [
    { do: "rename", from: partPath(sha256), path: objectPath(sha256) },
    { do: "sync-folder", path: OBJECTS },
    ...(hasRecord ? [{ do: "remove", path: recordPath(sha256) } as const] : []),
  ];
}
