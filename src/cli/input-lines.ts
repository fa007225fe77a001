import process from "node:process";
import { createInterface } from "node:readline";

/**
 * Lines from standard input. Whoever stops before its end is not kept waiting for it: the other side may keep it open.
 *
 * @throws the signal's reason, also while a line is waited for
 */
export async function* inputLines(signal: AbortSignal): AsyncGenerator<string, void, undefined> {
  signal.throwIfAborted();
  const { stdin } = process;
  const lines = createInterface({ input: stdin, terminal: false, crlfDelay: Number.POSITIVE_INFINITY });
  const stop = (): void => lines.close();
  signal.addEventListener("abort", stop, { once: true });
  try {
    yield* lines;
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener("abort", stop);
    lines.close();
    stdin.destroy();
  }
}
