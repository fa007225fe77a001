import { createHash } from "node:crypto";
import type { Said } from "../../replayer/divergence.ts";
import { formatRecord } from "../../tape/line.ts";
import type { OutputRecord } from "../../tape/record.ts";
import { nanos, ZERO } from "../../time/nanos.ts";
import { speakerOf } from "../differences/difference.ts";
import { compileRule } from "./rule.ts";
import type { GoldenSettings } from "./schema.ts";

export interface Canonical {
  readonly records: readonly Said[];
  /** For each rule of the settings, how many records it changed. */
  readonly hits: readonly number[];
}

export interface CanonicalOptions {
  /** Index of a rule to leave out: to find what it hides. */
  readonly without?: number;
}

/** What of what was said is kept in a golden, made canonical by its rules. Stamps never go back afterwards. */
export function canonicalise(
  said: readonly Said[],
  settings: GoldenSettings,
  { without }: CanonicalOptions = {},
): Canonical {
  const { mode, streams, rules } = settings;
  if (mode !== "digest" && streams === undefined && rules.length === 0) return { records: said, hits: [] };
  let records = streams === undefined ? said : said.filter((record) => streams.some((stream) => isOf(record, stream)));
  const hits: number[] = [];
  for (const [index, rule] of rules.entries()) {
    const applied = index === without ? { records, hits: 0 } : compileRule(rule)(records);
    records = applied.records;
    hits.push(applied.hits);
  }
  if (rules.length > 0) records = inOrder(records);
  return { records: mode === "digest" ? digests(records) : records, hits };
}

function isOf(record: Said, { machine, channel }: { machine: string; channel?: number | undefined }): boolean {
  if (channel !== undefined && record.channel !== channel) return false;
  return record.type === "raw" ? machine === "raw" : machine === record.machine;
}

/** Rules may move stamps; a tape's never go back. */
function inOrder(records: readonly Said[]): readonly Said[] {
  let latest = 0;
  return records.map((record) => {
    latest = Math.max(latest, record.at);
    return record.at === latest ? record : { ...record, at: nanos(latest) };
  });
}

/** One output for each machine and channel, in the order in which they first spoke. */
function digests(records: readonly Said[]): readonly OutputRecord[] {
  const streams = new Map<string, Said[]>();
  for (const record of records) {
    const name = `${record.type === "raw" ? "raw" : record.machine} ${record.channel ?? ""}`;
    const stream = streams.get(name) ?? [];
    streams.set(name, stream);
    stream.push(record);
  }
  return [...streams.values()].flatMap(digestOf);
}

function digestOf(records: readonly Said[]): OutputRecord[] {
  const [first] = records;
  if (first === undefined) return [];
  const hash = createHash("sha256");
  for (const record of records) hash.update(`${formatRecord(record)}\n`);
  return [
    {
      type: "output",
      at: ZERO,
      machine: first.type === "raw" ? "raw" : first.machine,
      ...(first.channel === undefined ? {} : { channel: first.channel }),
      value: { type: DIGEST, records: records.length, sha256: hash.digest("hex") },
    },
  ];
}

const DIGEST = "digest";

/** Whether a record is one of those that a golden of mode `digest` holds, and no other golden. */
export function isDigest(record: Said): boolean {
  return speakerOf(record).type === DIGEST && record.at === ZERO;
}
