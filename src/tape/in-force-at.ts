import { ZERO } from "../time/nanos.ts";
import { openContents } from "./file-contents.ts";
import { FileSource } from "./file-source.ts";
import type { FoundPlace } from "./find-place.ts";
import { InForce } from "./in-force.ts";
import { parseRecord } from "./line.ts";
import { isFrequent } from "./line-at.ts";
import { walkLines } from "./line-walk.ts";
import { openTape } from "./reader.ts";
import { isSaid, TapeIndex } from "./tape-index.ts";

/** What holds at a place: channels, open links, the date. Without an index the lines before it are looked through. */
export async function inForceAt(path: string, { line, start }: FoundPlace): Promise<InForce> {
  const inForce = new InForce();
  if (start.line !== line) {
    await using tape = await openTape(path);
    for await (const { firstLine, records } of tape.batches({ verify: false })) {
      for (const record of records.slice(0, Math.max(0, line - firstLine))) inForce.take(record);
      if (firstLine + records.length >= line) break;
    }
    return inForce;
  }
  const said = (await TapeIndex.load(path))?.said;
  if (said !== undefined) {
    const text = new TextEncoder();
    for (const [stands, json] of said) {
      if (stands >= line) break;
      const bytes = text.encode(json);
      inForce.take(parseRecord(bytes, 0, bytes.length, ZERO));
    }
    return inForce;
  }
  await takeSaid(path, start.byte, inForce);
  return inForce;
}

async function takeSaid(path: string, upTo: number, inForce: InForce): Promise<void> {
  await using source = await FileSource.open(path);
  const { chunks } = await openContents(source, 0);
  await walkLines(chunks, 0, ({ bytes, start, end, byte }) => {
    if (byte >= upTo) return true;
    if (isFrequent(bytes, start)) return false;
    const record = parseRecord(bytes, start, end, ZERO);
    if (isSaid(record)) inForce.take(record);
    return false;
  });
}
