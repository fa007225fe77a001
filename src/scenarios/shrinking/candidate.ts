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

/** A part of `all`, and of what it leaves out the declarations of its channels: on a tape a channel is declared before it is used. */
export function withDeclarations(part: readonly KeptRecord[], all: readonly KeptRecord[]): readonly KeptRecord[] {
  const kept = new Set(part);
  const declared = new Set<number>();
  const last = new Map<number, KeptRecord>();
  for (const one of all) {
    const { record } = one;
    if (record.type === "channel") {
      last.set(record.channel, one);
      if (kept.has(one)) declared.add(record.channel);
    } else if (kept.has(one) && "channel" in record && record.channel !== undefined && !declared.has(record.channel)) {
      const declaration = last.get(record.channel);
      if (declaration !== undefined) kept.add(declaration);
      declared.add(record.channel);
    }
  }
  return kept.size === part.length ? part : all.filter((one) => kept.has(one));
}

/** A fragment of a tape may use channels that nobody declared, which are streams; a tape of its own must declare them. */
export function declaring(records: readonly KeptRecord[]): readonly KeptRecord[] {
  const declared = new Set<number>();
  return records.flatMap((one) => {
    const { record, line } = one;
    if (!("channel" in record) || record.channel === undefined || declared.has(record.channel)) return [one];
    const { at, channel } = record;
    declared.add(channel);
    if (record.type === "channel") return [one];
    const declaration = { type: "channel", at, channel, name: `channel ${channel}`, kind: "stream" } as const;
    return [{ line, record: { ...declaration, source: "", settings: {} } }, one];
  });
}

/** A candidate as it stands on a tape of its own, with its faults on the lines as they are there. */
export interface Settled {
  readonly records: readonly FedRecord[];
  readonly faults: readonly Fault[];
}

/** Behind the header. */
export const FIRST_LINE = 2;

export function settled(candidate: Candidate): Settled {
  return {
    records: candidate.records.map(({ record }) => record),
    faults: faultsOn(candidate, (index) => FIRST_LINE + index),
  };
}

/** The faults of a candidate whose record `index` stands on line `lineAt(index)`: each stays with the record that it stood on. */
export function faultsOn({ records, faults }: Candidate, lineAt: (index: number) => number): readonly Fault[] {
  return faults.map((fault) => {
    const { record: line } = fault;
    if (line === undefined) return fault;
    const index = records.findIndex((kept) => kept.line >= line);
    return { ...fault, record: lineAt(index < 0 ? records.length : index) };
  });
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
