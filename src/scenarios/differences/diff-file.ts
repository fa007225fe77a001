import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { toHex } from "../../bytes/hex.ts";
import { FieldtapeError, systemCode } from "../../errors.ts";
import { pathText, type Said } from "../../replayer/divergence.ts";
import type { Placed } from "../../replayer/placed.ts";
import { clusterId } from "./cluster.ts";
import type { Difference } from "./difference.ts";
import type { FoundDifferences } from "./find-differences.ts";
import { signatureOf } from "./signature.ts";

/** Lines handed to the file at a time. */
const BATCH = 1_000;

/**
 * Writes every difference as JSONL: one line for each pair of records that differ or record that stands alone, with the records whole.
 *
 * @throws FieldtapeError OUTPUT_FAILED or DISK_FULL
 */
export async function writeDiff(path: string, found: FoundDifferences): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await pipeline(Readable.from(batches(found)), createWriteStream(path));
  } catch (cause) {
    const full = systemCode(cause) === "ENOSPC";
    throw new FieldtapeError(full ? "DISK_FULL" : "OUTPUT_FAILED", "cannot write the diff", { file: path, cause });
  }
}

function* batches({ differences, folded, gaveUp }: FoundDifferences): Generator<string> {
  let text = `${JSON.stringify({ type: "diff", differences: differences.length, folded, gaveUp })}\n`;
  let lines = 0;
  for (const pair of pairs(differences)) {
    text += `${JSON.stringify(lineOf(pair))}\n`;
    lines += 1;
    if (lines % BATCH !== 0) continue;
    yield text;
    text = "";
  }
  yield text;
}

/** Differences of the same records come one after another. */
function* pairs(differences: readonly Difference[]): Generator<readonly [Difference, ...Difference[]]> {
  let pair: [Difference, ...Difference[]] | undefined;
  for (const difference of differences) {
    if (pair !== undefined && isSamePair(pair[0], difference)) pair.push(difference);
    else {
      if (pair !== undefined) yield pair;
      pair = [difference];
    }
  }
  if (pair !== undefined) yield pair;
}

function isSamePair(a: Difference, b: Difference): boolean {
  return "expected" in a && "actual" in a && "expected" in b && "actual" in b && a.actual === b.actual;
}

function lineOf(pair: readonly [Difference, ...Difference[]]) {
  const [first] = pair;
  return {
    ...("expected" in first ? { expected: whole(first.expected) } : {}),
    ...("actual" in first ? { actual: whole(first.actual) } : {}),
    differences: pair.map(memberOf),
  };
}

function memberOf(difference: Difference) {
  const cause = clusterId(signatureOf(difference));
  const { kind } = difference;
  switch (difference.kind) {
    case "changed":
      return { kind, path: pathText(difference.path), before: difference.before, after: difference.after, cause };
    case "renamed":
      return { kind, path: pathText(difference.path), to: difference.to, cause };
    case "moved":
      return { kind, path: pathText(difference.path), by: difference.by, cause };
    case "missing":
    case "unexpected":
      return { kind, next: difference.next, cause };
  }
}

function whole({ line, record }: Placed<Said>) {
  return { line, record: record.type === "raw" ? { ...record, bytes: toHex(record.bytes) } : record };
}
