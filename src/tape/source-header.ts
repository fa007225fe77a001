import { derivedId, isoDate } from "./derive.ts";
import { type FileKey, fileKey } from "./index-file.ts";
import { openTape } from "./reader.ts";
import type { HeaderRecord } from "./record.ts";

/** The header of a tape; for a golden or a fragment, which have none, a made-up one. */
export async function headerOf(path: string): Promise<HeaderRecord> {
  await using tape = await openTape(path);
  return tape.header ?? madeUpHeader(await fileKey(path), undefined);
}

/** Its id comes from the file's bytes. Without a known date it begins in 1970, which nobody will take for true. */
export function madeUpHeader(key: FileKey | undefined, started: bigint | undefined): HeaderRecord {
  return {
    type: "header",
    format: "fieldtape",
    schema: 2,
    id: derivedId("without header", [key?.head ?? "", key?.tail ?? ""], { size: key?.size ?? 0 }),
    started: isoDate(started ?? 0n),
    segment: 0,
    offset: "0",
    previous: null,
    recorder: { version: "unknown", git: "" },
    requires: [],
    meta: {},
  };
}
