import { Buffer } from "node:buffer";
import { later, type Nanos, ZERO } from "../time/nanos.ts";
import { HashChain } from "./hash-chain.ts";
import { BLOCK_BYTES, LINE_MAX } from "./limits.ts";
import { formatRecord, parseRecord } from "./line.ts";
import { linesIn, type OpenFile } from "./tape-output.ts";

/**
 * Closes a tape on a disk that refused more: a `gap` with cause `disk` where it broke off, and the end. Both are made from what stands in the
 * file. Returns whether there was room; if not, the tape has no end, and is valid all the same.
 */
export async function endAfterFailure(open: OpenFile, reason: string, at: Nanos): Promise<boolean> {
  const { file, position, seal } = open;
  if (seal.last) return true;
  try {
    const unsealed = await readBack(open);
    const lastAt = atOfLastLine(unsealed) ?? seal.at;
    const gap = `${formatRecord({ type: "gap", at: lastAt, cause: "disk" })}\n`;
    // The rest of the hash line is not a line of its own.
    const lines = seal.lines + linesIn(unsealed) - (seal.byte === 0 ? 0 : 1) + 1;
    const endAt = later(at, lastAt);
    const end = `{"type":"end","at":${endAt},"records":${lines},"reason":${JSON.stringify(reason)},"sha256":"`;
    const chain = new HashChain(seal.digits);
    chain.update(unsealed);
    chain.update(Buffer.from(gap + end));
    const closing = Buffer.from(`${gap}${end}${chain.seal()}"}\n`);
    if ((await file.write([closing], position)) === closing.length) return true;
  } catch {
    // No room, or nothing works any more: the tape stays as it is.
  }
  await file.truncate(position).catch(() => undefined);
  return false;
}

/** From the last hash line's digits on: less than a block and a line. */
async function readBack({ file, position, seal }: OpenFile): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.min(position - seal.byte, BLOCK_BYTES + 2 * LINE_MAX));
  let read = 0;
  while (read < bytes.length) {
    const count = await file.read(bytes.subarray(read), seal.byte + read);
    if (count === 0) throw new Error("the file is shorter than what was written");
    read += count;
  }
  return bytes;
}

/** `undefined` if nothing stands there but the rest of the hash line. */
function atOfLastLine(lines: Buffer): Nanos | undefined {
  const end = lines.length - 1;
  const start = lines.lastIndexOf(0x0a, end - 1) + 1;
  if (start === 0 && lines[0] !== 0x7b) return undefined;
  const record = parseRecord(lines, start, end, ZERO);
  return record.type === "header" ? ZERO : record.at;
}
