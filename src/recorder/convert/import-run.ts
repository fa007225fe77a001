import { FieldtapeError } from "../../errors.ts";
import type { TapeRecord } from "../../tape/record.ts";
import type { Decoder } from "./decoder.ts";
import { HEAD_BYTES, isCaptureMagic } from "./detect.ts";
import type { RecordSink } from "./record-sink.ts";

/** One file, or the standard input. */
export interface ImportSource {
  /** For errors and for the names of channels. */
  readonly name: string;
  /** A chunk belongs to the import: it is not changed afterwards. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** A capture's header and the stamp of its first packet. */
const CAPTURE_HEAD_BYTES = 64;

/** Feeds files to a decoder, one after the other. */
export class ImportRun {
  /** Bytes read so far. */
  input = 0;
  readonly #sources: readonly ImportSource[];
  readonly #decoder: Decoder;
  readonly #records: RecordSink;

  constructor(sources: readonly ImportSource[], decoder: Decoder, records: RecordSink) {
    this.#sources = sources;
    this.#decoder = decoder;
    this.#records = records;
  }

  /** What each chunk gives. After a failure what came before it is handed out first. */
  async *batches(): AsyncGenerator<readonly TapeRecord[]> {
    let failure: unknown;
    try {
      for (const source of this.#sources) yield* this.#file(source);
    } catch (thrown) {
      failure = thrown;
    }
    try {
      this.#decoder.end();
    } catch (thrown) {
      failure ??= thrown;
    }
    if (this.#records.pending > 0) yield this.#records.take();
    if (failure !== undefined) throw failure;
  }

  async *#file({ name, chunks }: ImportSource): AsyncGenerator<readonly TapeRecord[]> {
    inFile(name, () => this.#decoder.beginFile(name));
    for await (const chunk of chunks) {
      this.input += chunk.length;
      inFile(name, () => this.#decoder.push(chunk));
      if (this.#records.pending > 0) yield this.#records.take();
    }
    inFile(name, () => this.#decoder.endFile());
  }
}

/** Runs `work`; an error of ours says in which file. */
export function inFile<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof FieldtapeError) || thrown.file !== undefined) throw thrown;
    const { code, message, hint, line, cause } = thrown;
    throw new FieldtapeError(code, message, {
      file,
      cause,
      ...(hint === undefined ? {} : { hint }),
      ...(line === undefined ? {} : { line }),
    });
  }
}

interface Peeked {
  readonly name: string;
  /** The first bytes of the first source: enough to tell what it is. */
  readonly head: Uint8Array;
  /** All sources, the first one from its beginning. */
  readonly sources: readonly ImportSource[];
}

/** @throws FieldtapeError USAGE when there are no sources. */
export async function peekFirst(sources: readonly ImportSource[]): Promise<Peeked> {
  const [first, ...others] = sources;
  if (first === undefined) throw new FieldtapeError("USAGE", "nothing to import");
  const chunks = first.chunks[Symbol.asyncIterator]();
  const read: Uint8Array[] = [];
  let length = 0;
  let next = await chunks.next();
  for (; next.done !== true; next = await chunks.next()) {
    read.push(next.value);
    length += next.value.length;
    if (length >= HEAD_BYTES || (length >= CAPTURE_HEAD_BYTES && isCapture(read))) break;
  }
  const head = beginning(read, isCapture(read) ? CAPTURE_HEAD_BYTES : HEAD_BYTES);
  return { name: first.name, head, sources: [{ name: first.name, chunks: again(read, chunks) }, ...others] };
}

/** A capture shows what it is at once, and may come from a program that is still capturing: nothing more is waited for. */
function isCapture(read: readonly Uint8Array[]): boolean {
  const magic = beginning(read, 4);
  return magic.length === 4 && isCaptureMagic(new DataView(magic.buffer).getUint32(0));
}

function beginning(read: readonly Uint8Array[], length: number): Uint8Array {
  const total = read.reduce((sum, chunk) => sum + chunk.length, 0);
  const bytes = new Uint8Array(Math.min(length, total));
  let end = 0;
  for (const chunk of read) {
    if (end === bytes.length) break;
    bytes.set(chunk.subarray(0, bytes.length - end), end);
    end += Math.min(chunk.length, bytes.length - end);
  }
  return bytes;
}

async function* again(read: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* read;
  try {
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
