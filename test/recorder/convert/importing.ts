import type { FieldtapeError } from "../../../src/errors.ts";
import { type Import, type ImportOptions, openImport } from "../../../src/recorder/convert/import.ts";
import type { TapeRecord } from "../../../src/tape/record.ts";
import { concat } from "./packets.ts";

export const DEFAULTS: ImportOptions = { ports: new Set(), dir: "rx", chunk: 4096 };

async function* cut(content: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < content.length; start += size) yield content.slice(start, start + size);
}

export interface Imported {
  readonly records: readonly TapeRecord[];
  readonly started: bigint | undefined;
  readonly report: ReturnType<Import["report"]>;
  /** What the import ended with, if not well. */
  readonly failure: FieldtapeError | undefined;
}

export interface ImportingOptions extends Partial<ImportOptions> {
  /** Bytes that a read of the file returns. */
  readonly size?: number;
  readonly name?: string;
}

/** Imports one file or several from memory, to the end or to where it fails. */
export async function importing(
  content: Uint8Array | readonly Uint8Array[],
  options: ImportingOptions = {},
): Promise<Imported> {
  const { size = 1 << 20, name = "field", ...more } = options;
  const files = content instanceof Uint8Array ? [content] : content;
  const sources = files.map((file) => ({ name, chunks: cut(file, size) }));
  const opened = await openImport(sources, { ...DEFAULTS, ...more });
  const records: TapeRecord[] = [];
  let failure: FieldtapeError | undefined;
  try {
    for await (const batch of opened.batches) records.push(...batch);
  } catch (thrown) {
    failure = thrown as FieldtapeError;
  }
  return { records, started: opened.started, report: opened.report(), failure };
}

/** Records as lines that a person can read: `0 open`, `0 rx 0102`, `0 gap rx truncated 5`; with `at` in front where wanted. */
export function story(records: readonly TapeRecord[], withAt = false): string[] {
  return records.map((record) => {
    const at = withAt && "at" in record ? `@${record.at} ` : "";
    return at + sentence(record);
  });
}

function sentence(record: TapeRecord): string {
  switch (record.type) {
    case "channel":
      return `${record.channel} ${record.kind} ${record.name}`;
    case "link":
      return [record.channel, record.event, record.dir, record.reason].filter((part) => part !== undefined).join(" ");
    case "raw":
      return `${record.channel} ${record.dir} ${shown(record.bytes)}`;
    case "gap":
      return [record.channel, "gap", record.dir, record.cause, record.bytes]
        .filter((part) => part !== undefined)
        .join(" ");
    case "mark":
      return `mark ${record.label}`;
    case "wall":
      return `wall ${record.wall} ${record.step}`;
    default:
      return record.type;
  }
}

/** A character a byte. Not `TextDecoder`, whose "latin1" is windows-1252 in some versions of Node. */
const shown = (value: Uint8Array): string => Buffer.from(value).toString("latin1");

/** All bytes of one channel and direction. */
export function payload(records: readonly TapeRecord[], channel: number, dir: "rx" | "tx"): Uint8Array {
  return concat(
    ...records.flatMap((record) =>
      record.type === "raw" && record.channel === channel && record.dir === dir ? [record.bytes] : [],
    ),
  );
}
