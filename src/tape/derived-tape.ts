import { realpath } from "node:fs/promises";
import { FieldtapeError } from "../errors.ts";
import { later, ZERO } from "../time/nanos.ts";
import { carryWholeBlob } from "./carry-blob.ts";
import type { EndRecord, TapeRecord } from "./record.ts";
import { blobsFolder, laterSegments } from "./segments.ts";
import { fileSystem } from "./tape-disk.ts";
import { TapeWriter } from "./writer.ts";

export interface DerivedTapeOptions {
  /** Overwrite what is there. */
  readonly force: boolean;
  /** Tapes beside which blobs lie that the records name. */
  readonly sources: readonly string[];
  /** Why the tape ends, if the records bring no `end` that says it. */
  readonly reason: string;
}

/**
 * Writes a tape that is made from others: the header comes first among the records; hash lines are made anew; the last `end` says when and why
 * it ends. If anything fails, nothing is left of it. Returns the number of records written, without hash lines and end.
 *
 * @throws FieldtapeError OUTPUT_EXISTS, USAGE if `out` is one of the sources, INPUT_MISSING for a blob that is not there; what the records
 *   throw while they are made
 */
export async function writeDerivedTape(
  out: string,
  batches: AsyncIterable<readonly TapeRecord[]>,
  options: DerivedTapeOptions,
): Promise<number> {
  await assertNoSource(out, options.sources);
  let writer: TapeWriter | undefined;
  let end: EndRecord | undefined;
  let written = 0;
  try {
    for await (const records of batches) {
      for (const record of records) {
        if (record.type === "header") {
          const { id, started, recorder, requires, meta } = record;
          const header = { id, started, recorder, requires, meta };
          writer = await TapeWriter.create(out, { header, live: false, force: options.force });
        } else if (record.type === "end") end = record;
        else if (record.type === "blob") await carryWholeBlob(record, options.sources, out);
        if (record.type === "block" || record.type === "end") continue;
        // What goes on after an end did not end there.
        end = undefined;
        writer?.write(record);
        written++;
      }
      if (writer?.full === true) await writer.drained();
    }
    const at = later(writer?.lastAt ?? ZERO, end?.at ?? ZERO);
    await writer?.close({ reason: end?.reason ?? options.reason, at });
    return written;
  } catch (thrown) {
    if (writer !== undefined) {
      await writer[Symbol.asyncDispose]();
      for (const leftover of [out, blobsFolder(out)]) await fileSystem.remove(leftover);
    }
    throw thrown;
  }
}

/** Overwriting a tape, or a segment of it, would empty it before it is read. */
async function assertNoSource(out: string, sources: readonly string[]): Promise<void> {
  const overwritten = new Set<string | undefined>();
  for (const path of [out, ...(await laterSegments(out))]) overwritten.add(await placeOf(path));
  for (const source of sources) {
    const place = await placeOf(source);
    if (place !== undefined && overwritten.has(place))
      throw new FieldtapeError("USAGE", `${source} is a source and would be overwritten`, { file: out });
  }
}

const placeOf = (path: string): Promise<string | undefined> => realpath(path).catch(() => undefined);
