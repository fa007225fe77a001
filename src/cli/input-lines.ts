import process from "node:process";
import { createInterface } from "node:readline";

/** Lines from standard input. Whoever stops before its end is not kept waiting for it: the other side may keep it open. */
export async function* inputLines(): AsyncGenerator<string, void, undefined> {
  const { stdin } = process;
  const lines = createInterface({ input: stdin, terminal: false, crlfDelay: Number.POSITIVE_INFINITY });
  try {
    yield* lines;
  } finally {
    lines.close();
    stdin.destroy();
  }
}
