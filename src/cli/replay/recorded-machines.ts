import { Buffer } from "node:buffer";
import { createReadStream } from "node:fs";
import { fileKey, loadIndexFile, saveIndexFile } from "../../tape/index-file.ts";
import { openTape } from "../../tape/reader.ts";

const CACHE = "inputs.json";
const CACHE_VERSION = 1;
/** Smaller tapes are searched faster than a folder is made beside them. */
const WORTH_STORING_BYTES = 64 * 1024 * 1024;
const WORD = Buffer.from('"input"');
const GZIP = Buffer.of(0x1f, 0x8b);

/**
 * The machines whose inputs stand on the tape: each hears exactly those from its beginning on, which must be known before the
 * first record is played. Most tapes have none, and to find that out takes no reading of records: the word does not occur.
 */
export async function recordedMachines(tape: string, signal: AbortSignal): Promise<readonly string[]> {
  const key = await fileKey(tape);
  if (key === undefined) return [];
  const stored = await loadIndexFile(tape, CACHE, CACHE_VERSION);
  if (isNames(stored)) return stored;
  const names = (await mayHaveInputs(tape, signal)) ? await machinesOf(tape, signal) : [];
  if (key.size >= WORTH_STORING_BYTES)
    await saveIndexFile(tape, { name: CACHE, version: CACHE_VERSION, key, content: names });
  return names;
}

async function mayHaveInputs(tape: string, signal: AbortSignal): Promise<boolean> {
  let tail = Buffer.alloc(0);
  let first = true;
  for await (const chunk of createReadStream(tape, { highWaterMark: 1 << 20, signal })) {
    const bytes: Buffer = chunk;
    // Compressed bytes say nothing: the records themselves are asked.
    if (first && bytes.subarray(0, 2).equals(GZIP)) return true;
    first = false;
    if (bytes.includes(WORD) || Buffer.concat([tail, bytes.subarray(0, WORD.length)]).includes(WORD)) return true;
    tail = Buffer.from(bytes.subarray(-WORD.length));
  }
  return false;
}

async function machinesOf(tape: string, signal: AbortSignal): Promise<readonly string[]> {
  const names = new Set<string>();
  await using reader = await openTape(tape);
  for await (const { records } of reader.batches({ verify: false, signal }))
    for (const record of records) if (record.type === "input") names.add(record.machine);
  return [...names].toSorted();
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}
