import { join } from "node:path";
import { FieldtapeError } from "../errors.ts";
import { cutTape } from "../tape/cut.ts";
import { mergeTapes } from "../tape/merge.ts";
import { openTape } from "../tape/reader.ts";
import { segmentsBeside } from "../tape/segments.ts";
import { type Nanos, nanos, ZERO } from "../time/nanos.ts";

/** A segment of a recording, and when it was, counted from the recording's beginning. */
interface Stretch {
  readonly path: string;
  readonly offset: bigint;
}

/**
 * The last part of a recording as one tape in `folder`, whatever number of segments it lies in; `path` is any of them. What was in force where it
 * begins is said again there. A recording that is shorter is taken whole.
 *
 * @throws FieldtapeError what opening, merging and cutting throw
 */
export async function lastMinutes(path: string, span: Nanos, folder: string): Promise<string> {
  const beside = await segmentsBeside(path);
  const paths = beside.length === 0 ? [path] : beside;
  const last = paths.at(-1) ?? path;
  const wanted = (await offsetOf(last)) + BigInt(await lastAtOf(last)) - BigInt(span);
  const chosen = await stretchesFrom(paths, wanted);
  const whole = chosen.length === 1 ? (chosen[0]?.path ?? path) : join(folder, "whole.tape.jsonl");
  if (chosen.length > 1)
    await mergeTapes(
      chosen.map((one) => one.path),
      whole,
      { force: true },
    );
  const from = Number(wanted - (chosen[0]?.offset ?? 0n));
  if (from <= 0) return whole;
  const out = join(folder, "last.tape.jsonl");
  await cutTape(whole, out, { from: { type: "at", at: nanos(from) }, force: true });
  return out;
}

/** The segments from the one on in which `wanted` lies. */
async function stretchesFrom(paths: readonly string[], wanted: bigint): Promise<readonly Stretch[]> {
  const chosen: Stretch[] = [];
  for (const path of paths.toReversed()) {
    const offset = await offsetOf(path);
    chosen.unshift({ path, offset });
    if (offset <= wanted) break;
  }
  return chosen;
}

async function offsetOf(path: string): Promise<bigint> {
  await using tape = await openTape(path);
  return BigInt(tape.header?.offset ?? "0");
}

async function lastAtOf(path: string): Promise<Nanos> {
  await using tape = await openTape(path);
  let at = ZERO;
  for await (const { records } of tape.batches({ verify: false })) {
    const record = records.at(-1);
    if (record !== undefined && record.type !== "header") at = record.at;
  }
  if (tape.facts().lines === 0) throw new FieldtapeError("INPUT_MALFORMED", "is empty", { file: path });
  return at;
}
