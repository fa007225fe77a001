import { FieldtapeError } from "../errors.ts";
import { parseIso } from "../time/iso.ts";
import type { DamagedBlock } from "./block-ledger.ts";
import { carryBlob } from "./carry-blob.ts";
import { derivedHeader, recordingOf, sourceId } from "./derive.ts";
import { writeDerivedTape } from "./derived-tape.ts";
import { FileSource } from "./file-source.ts";
import { emptyFile } from "./first-line.ts";
import { gunzipPieces } from "./gunzip-pieces.ts";
import { type FileKey, fileKey } from "./index-file.ts";
import { Mender, type MendReport } from "./mend.ts";
import { openTape } from "./reader.ts";
import type { BlobRecord, HeaderRecord, TapeRecord } from "./record.ts";
import { withoutGzip } from "./segments.ts";
import { madeUpHeader } from "./source-header.ts";

export interface RecoverReport extends MendReport {
  readonly out: string;
  /** Blobs that are not there, or are not what the tape says: there is a mark in their place. */
  readonly blobsLost: number;
  /** The compressed data itself was damaged. */
  readonly compressionDamaged: boolean;
}

/** `site.tape.jsonl.gz` → `site.recovered.tape.jsonl`. */
export function recoveredPath(path: string): string {
  return `${withoutGzip(path).replace(/(\.tape)?\.jsonl$/, "")}.recovered.tape.jsonl`;
}

/**
 * Writes a new tape with everything that is whole of a damaged one. Where something was lost stands a `gap` of cause `damage`. The
 * damaged tape is not touched.
 *
 * @throws FieldtapeError TAPE_MALFORMED if nothing of it is whole; OUTPUT_EXISTS; what reading and writing throw
 */
export async function recoverTape(
  path: string,
  out: string,
  options: { readonly force: boolean },
): Promise<RecoverReport> {
  const first = await lookThrough(path);
  const key = await fileKey(path);
  if (key === undefined) throw new FieldtapeError("USAGE", `${path} is no file`, { file: path });
  if (key.size === 0) throw emptyFile(path);
  const recovery = new Recovery({ path, out, key }, first);
  await writeDerivedTape(out, recovery.batches(), { force: options.force, sources: [path], reason: "recovered" });
  return recovery.report();
}

/** What a first pass finds out. */
interface FirstLook {
  readonly damaged: readonly DamagedBlock[];
  readonly compressed: boolean;
  /** The date of `at` 0 by the first anchor, for a tape that lost its header. */
  readonly started: bigint | undefined;
}

async function lookThrough(path: string): Promise<FirstLook> {
  await using tape = await openTape(path, { onUnreadable: () => {} });
  let started: bigint | undefined;
  for await (const { records } of tape.batches()) {
    for (const record of records) {
      if (record.type !== "wall" || started !== undefined) continue;
      const wall = parseIso(record.wall);
      started = wall === undefined ? undefined : wall - BigInt(record.at);
    }
  }
  const { damaged, compressed } = tape.facts();
  return { damaged, compressed, started };
}

class Recovery {
  readonly #files: { readonly path: string; readonly out: string; readonly key: FileKey };
  readonly #first: FirstLook;
  #mended: MendReport | undefined;
  #blobsLost = 0;
  #compressionDamaged = false;

  constructor(files: { path: string; out: string; key: FileKey }, first: FirstLook) {
    this.#files = files;
    this.#first = first;
  }

  report(): RecoverReport {
    const { path, out } = this.#files;
    if (this.#mended === undefined) throw nothingWhole(path);
    return { ...this.#mended, out, blobsLost: this.#blobsLost, compressionDamaged: this.#compressionDamaged };
  }

  async *batches(): AsyncGenerator<readonly TapeRecord[]> {
    const { path, key } = this.#files;
    const { started, damaged } = this.#first;
    let records: TapeRecord[] = [];
    const mender = new Mender({ fallback: madeUpHeader(key, started), altered: damaged }, (record) =>
      records.push(record),
    );
    for await (const chunk of this.#contents()) {
      mender.append(chunk);
      yield* this.#finished(records);
      records = [];
    }
    this.#mended = mender.end();
    if (this.#mended.kept === 0) throw nothingWhole(path);
    yield* this.#finished(records);
  }

  async *#contents(): AsyncGenerator<Uint8Array, void, undefined> {
    await using source = await FileSource.open(this.#files.path);
    const broken = () => {
      this.#compressionDamaged = true;
    };
    if (this.#first.compressed) yield* gunzipPieces(source, broken);
    else yield* source.chunks(0);
  }

  /** With the header of a derived tape, and blobs carried: once the header was taken there is a tape beside which they can lie. */
  async *#finished(records: readonly TapeRecord[]): AsyncGenerator<readonly TapeRecord[]> {
    const [first] = records;
    if (first?.type === "header") yield [recoveredHeader(first, this.#files.key)];
    const finished: TapeRecord[] = [];
    for (const record of records) {
      if (record.type !== "header") finished.push(record.type === "blob" ? await this.#blob(record) : record);
    }
    yield finished;
  }

  async #blob(record: BlobRecord): Promise<TapeRecord> {
    const { path, out } = this.#files;
    const fate = await carryBlob(record, [path], out);
    if (fate === "carried") return record;
    this.#blobsLost++;
    const name = record.name === undefined ? "" : ` (${record.name.slice(0, 200)})`;
    return { type: "mark", at: record.at, label: `recovered: the blob ${record.sha256}${name} is ${fate}` };
  }
}

function recoveredHeader(header: HeaderRecord, { size, head, tail }: FileKey): HeaderRecord {
  const options = { size, head, tail };
  return derivedHeader(header, { by: "recover", sources: [sourceId(header)], options, recording: recordingOf(header) });
}

const nothingWhole = (path: string): FieldtapeError =>
  new FieldtapeError("TAPE_MALFORMED", `${path}: not one whole record is in it`, {
    file: path,
    hint: "if it was never a tape, fieldtape import may read it",
  });
