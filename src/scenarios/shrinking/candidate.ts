import { createHash } from "node:crypto";
import type { FedRecord } from "../../replayer/feed.ts";
import { formatRecord } from "../../tape/line.ts";
import type { TapeRecord } from "../../tape/record.ts";
import type { Fault } from "../faults/schema.ts";

/** A tape that may be smaller than the one it comes from, and the faults that disturb it. */
export interface Candidate {
  readonly records: readonly KeptRecord[];
  readonly faults: readonly Fault[];
}

/** A record, with the line that it has on the tape which is made smaller: there faults are placed. */
export interface KeptRecord {
  readonly record: FedRecord;
  readonly line: number;
}

/** A record that no subject hears cannot matter. Marks stay: faults may be placed on them. */
export function isKept(record: TapeRecord): record is FedRecord {
  return record.type !== "header" && record.type !== "output" && record.type !== "block";
}

/** A candidate as it stands on a tape of its own: behind the header, which is line 1, with its faults on the lines as they are there. */
export interface Settled {
  readonly records: readonly FedRecord[];
  readonly faults: readonly Fault[];
}

export const FIRST_LINE = 2;

export function settled({ records, faults }: Candidate): Settled {
  return {
    records: records.map(({ record }) => record),
    faults: faults.map((fault) => (fault.record === undefined ? fault : { ...fault, record: lineOf(fault.record) })),
  };

  function lineOf(line: number): number {
    const index = records.findIndex((kept) => kept.line >= line);
    return FIRST_LINE + (index < 0 ? records.length : index);
  }
}

const lines = new WeakMap<FedRecord, string>();

/** Names a candidate by its contents: two that are the same are tried once. */
export function candidateKey(candidate: Candidate): string {
  const { records, faults } = settled(candidate);
  const hash = createHash("sha256");
  for (const record of records) hash.update(lineText(record));
  return hash.update(JSON.stringify(faults)).digest("hex").slice(0, 32);
}

function lineText(record: FedRecord): string {
  let text = lines.get(record);
  if (text === undefined) {
    text = `${formatRecord(record)}\n`;
    lines.set(record, text);
  }
  return text;
}
