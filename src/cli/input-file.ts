import { open } from "node:fs/promises";
import process from "node:process";
import { FieldtapeError, systemCode } from "../errors.ts";

/** Long enough that a read costs little beside what is done with it, short enough for the processor's caches. */
const READ_BYTES = 256 << 10;

/** A foreign file to be read once, from its beginning. */
export interface InputFile extends AsyncDisposable {
  /** Bytes; `undefined` for what has no size. */
  readonly size: number | undefined;
  /** Each chunk is a new one: it is never written to again. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * Opens a file, or with `-` the standard input.
 *
 * @throws FieldtapeError INPUT_MISSING, INPUT_UNREADABLE
 */
export async function openInput(path: string, signal: AbortSignal): Promise<InputFile> {
  if (path === "-") return { size: undefined, chunks: piped(signal), [Symbol.asyncDispose]: async () => {} };
  try {
    const handle = await open(path, "r");
    const close = (): Promise<void> => handle.close();
    const status = await handle.stat();
    if (status.isDirectory()) {
      await close();
      throw new FieldtapeError("INPUT_UNREADABLE", "it is a folder", { file: path });
    }
    const read = async (): Promise<Uint8Array> => {
      const chunk = new Uint8Array(READ_BYTES);
      const { bytesRead } = await handle.read(chunk, 0, READ_BYTES, null);
      return chunk.subarray(0, bytesRead);
    };
    return {
      size: status.isFile() ? status.size : undefined,
      chunks: chunksOf(path, read, signal),
      [Symbol.asyncDispose]: close,
    };
  } catch (thrown) {
    throw inputFailure(path, thrown);
  }
}

/** The next chunk is read while this one is worked on. */
async function* chunksOf(
  path: string,
  read: () => Promise<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let next = read();
  try {
    for (let chunk = await next; chunk.length > 0; chunk = await next) {
      signal.throwIfAborted();
      next = read();
      yield chunk;
    }
  } catch (thrown) {
    throw inputFailure(path, thrown);
  } finally {
    // Left before its end: the read that is under way must not fail unheard.
    await next.catch(() => {});
  }
}

async function* piped(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const stop = (): void => {
    process.stdin.destroy();
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const chunk of process.stdin) {
      signal.throwIfAborted();
      yield chunk;
    }
    signal.throwIfAborted();
  } catch (thrown) {
    signal.throwIfAborted();
    throw inputFailure("standard input", thrown);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function inputFailure(path: string, thrown: unknown): unknown {
  if (thrown instanceof FieldtapeError) return thrown;
  const code = systemCode(thrown);
  if (code === undefined) return thrown;
  if (code === "ENOENT")
    return new FieldtapeError("INPUT_MISSING", "there is no such file", { file: path, cause: thrown });
  return new FieldtapeError("INPUT_UNREADABLE", "it cannot be read", { file: path, cause: thrown });
}
