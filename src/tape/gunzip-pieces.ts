import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createGunzip, type Gunzip } from "node:zlib";
import type { FileSource } from "./file-source.ts";

/** A gzip member as fieldtape writes it, and nearly everyone: method 8, no flags but a name. */
const MAGICS = [Buffer.from([0x1f, 0x8b, 0x08, 0x00]), Buffer.from([0x1f, 0x8b, 0x08, 0x08])] as const;
/** How precisely the place of damage is known. */
const STEP_BYTES = 4096;
/** Decompressed bytes beyond this for each compressed one are a bomb, not a tape. */
const RATIO_MAX = 1100;
const NUL = Buffer.alloc(1);

/**
 * What can be decompressed of a damaged file: where the data of a member breaks off, the next member is looked for. A NUL stands for each
 * place where something was lost.
 */
export async function* gunzipPieces(source: FileSource): AsyncGenerator<Uint8Array, void, undefined> {
  const size = (await source.size()) ?? 0;
  let start = 0;
  while (start < size) {
    const members = new Members();
    yield* members.from(source, start);
    if (!members.broken) return;
    yield NUL;
    start = await nextMember(source, start + Math.max(1, members.passed));
  }
}

/** Decompresses one member after the other until one breaks. */
class Members {
  broken = false;
  /** Compressed bytes up to the step in which it broke. */
  passed = 0;

  async *from(source: FileSource, start: number): AsyncGenerator<Uint8Array, void, undefined> {
    const gunzip = createGunzip();
    const out: Buffer[] = [];
    gunzip.on("data", (data: Buffer) => out.push(data));
    const failed = once(gunzip, "error").then(() => true);
    failed.catch(() => undefined);
    for await (const chunk of source.chunks(start)) {
      for (let step = 0; step < chunk.length; step += STEP_BYTES) {
        const bytes = Buffer.from(chunk.subarray(step, step + STEP_BYTES));
        this.broken = (await fed(gunzip, bytes, failed)) || outgrown(out, bytes.length);
        yield* out.splice(0);
        if (this.broken) return;
        this.passed += bytes.length;
      }
    }
    this.broken = await ended(gunzip, failed);
    yield* out.splice(0);
  }
}

function outgrown(out: readonly Buffer[], compressed: number): boolean {
  return out.reduce((sum, { length }) => sum + length, 0) > compressed * RATIO_MAX + 65_536;
}

/** Whether the member broke in these bytes. */
function fed(gunzip: Gunzip, bytes: Buffer, failed: Promise<boolean>): Promise<boolean> {
  const taken = new Promise<boolean>((resolve) => {
    gunzip.write(bytes, (error) => resolve(error !== null && error !== undefined));
  });
  return Promise.race([taken, failed]);
}

function ended(gunzip: Gunzip, failed: Promise<boolean>): Promise<boolean> {
  const end = new Promise<boolean>((resolve) => {
    gunzip.once("end", () => resolve(false));
    gunzip.end();
  });
  return Promise.race([end, failed]);
}

async function nextMember(source: FileSource, from: number): Promise<number> {
  let position = from;
  let tail: Buffer = Buffer.alloc(0);
  for await (const chunk of source.chunks(from)) {
    const bytes = Buffer.concat([tail, chunk]);
    const found = MAGICS.map((magic) => bytes.indexOf(magic)).filter((place) => place !== -1);
    if (found.length > 0) return position + Math.min(...found);
    tail = bytes.subarray(Math.max(0, bytes.length - 3));
    position += bytes.length - tail.length;
  }
  return Number.MAX_SAFE_INTEGER;
}
