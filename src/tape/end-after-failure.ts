import { Buffer } from "node:buffer";
import { later, type Nanos, ZERO } from "../time/nanos.ts";
import { HashChain } from "./hash-chain.ts";
import { BLOCK_BYTES, LINE_MAX } from "./limits.ts";
import { formatRecord, parseRecord } from "./line.ts";
import { linesIn, type OpenFile } from "./tape-output.ts";

/** What was on the tape and had to give way. */
export interface GivenUp {
  readonly lines: number;
  readonly bytes: number;
}

const NOTHING: GivenUp = { lines: 0, bytes: 0 };

/**
 * Closes a tape on a disk that refused more: a `gap` with cause `disk` where it broke off, and the end, both made from what stands in the
 * file. On a full disk (reason `disk-full`) the last few lines give way to them if they must: a loss that is said is worth more than they are.
 * If that fails too the tape has no end, and is valid all the same.
 */
export async function endAfterFailure(open: OpenFile, reason: string, at: Nanos): Promise<GivenUp> {
  const { file, position, seal } = open;
  if (seal.last) return NOTHING;
  let kept = position;
  try {
    const unsealed = await readBack(open);
    const ends = [unsealed.length, ...(reason === "disk-full" ? endsWithRoom(unsealed) : [])];
    for (const end of ends) {
      const lines = unsealed.subarray(0, end);
      const closing = closingLines(lines, open, reason, at);
      kept = seal.byte + end;
      if (await fits(open, closing, kept)) return givenUp(unsealed.subarray(end));
    }
    return givenUp(unsealed.subarray(kept - seal.byte));
  } catch {
    // Nothing works any more: the tape stays as it is.
    await file.truncate(kept).catch(() => undefined);
    return NOTHING;
  }
}

const NEWLINE = 0x0a;
/** The gap and the end at their longest. */
const CLOSING_MAX = 256;

/** Where the lines may end so that the closing lines fit in their place; not before the first of them. */
function endsWithRoom(unsealed: Buffer): readonly number[] {
  if (unsealed.length <= CLOSING_MAX) return [];
  const end = unsealed.lastIndexOf(NEWLINE, unsealed.length - CLOSING_MAX - 1) + 1;
  return end === 0 ? [] : [end];
}

function closingLines(lines: Buffer, { seal }: OpenFile, reason: string, at: Nanos): Buffer {
  const lastAt = atOfLastLine(lines) ?? seal.at;
  const gap = `${formatRecord({ type: "gap", at: lastAt, cause: "disk" })}\n`;
  // The rest of the hash line is not a line of its own.
  const count = seal.lines + linesIn(lines) - (seal.byte === 0 ? 0 : 1) + 1;
  const end = `{"type":"end","at":${later(at, lastAt)},"records":${count},"reason":${JSON.stringify(reason)},"sha256":"`;
  const chain = new HashChain(seal.digits);
  chain.update(lines);
  chain.update(Buffer.from(gap + end));
  return Buffer.from(`${gap}${end}${chain.seal()}"}\n`);
}

async function fits({ file }: OpenFile, closing: Buffer, position: number): Promise<boolean> {
  const taken = await file.write([closing], position).catch(() => 0);
  await file.truncate(taken === closing.length ? position + taken : position);
  return taken === closing.length;
}

function givenUp(lines: Buffer): GivenUp {
  return { lines: linesIn(lines), bytes: lines.length };
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
  const start = lines.lastIndexOf(NEWLINE, end - 1) + 1;
  if (start === 0 && lines[0] !== 0x7b) return undefined;
  const record = parseRecord(lines, start, end, ZERO);
  return record.type === "header" ? ZERO : record.at;
}
