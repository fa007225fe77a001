import { joined } from "../../bytes/joined.ts";
import { nanos } from "../../time/nanos.ts";
import { type Candidate, type KeptRecord, withDeclarations } from "./candidate.ts";
import { smallest } from "./smallest.ts";
import type { Trials } from "./trials.ts";

/** Makes a candidate smaller in one way; gives the same candidate when it cannot. */
export type Reduction = (candidate: Candidate, trials: Trials) => Promise<Candidate>;

/** Leaves out all records of whole channels. */
export const reduceChannels: Reduction = async (candidate, trials) => {
  const { records } = candidate;
  const channels = [...new Set(records.flatMap(({ record }) => channelOf(record) ?? []))];
  if (channels.length < 2) return candidate;
  const of = (part: readonly number[]): Candidate => ({
    ...candidate,
    records: records.filter(({ record }) => part.includes(channelOf(record) ?? part[0] ?? -1)),
  });
  const kept = await smallest(channels, (part) => trials.show(of(part)));
  return kept === channels ? candidate : of(kept);
};

/**
 * Cuts off the tape's end, then its beginning (but for the channels and links that are declared there), by bisection; then the time
 * before its first record.
 */
export const reduceWindow: Reduction = async (candidate, trials) => {
  let best = candidate;
  const attempt = async (records: readonly KeptRecord[]): Promise<boolean> => {
    if (records.length === best.records.length) return true;
    const next = { ...best, records };
    if (!(await trials.show(next))) return false;
    best = next;
    return true;
  };
  const all = candidate.records;
  const end = await bisect(all.length, (length) => attempt(all.slice(0, length)));
  await bisect(end, (length) => {
    const first = end - length;
    return attempt(all.slice(0, end).filter(({ record }, index) => index >= first || isStanding(record)));
  });
  const start = best.records[0]?.record.at ?? 0;
  const early = { ...best, records: best.records.map((kept) => earlier(kept, start)) };
  return start > 0 && (await trials.show(early)) ? early : best;
};

/** Leaves out single records and runs of them, and puts neighbouring reads into one. */
export const reduceRecords: Reduction = async (candidate, trials) => {
  const all = candidate.records;
  const part = await smallest(all, (part) => trials.show({ ...candidate, records: withDeclarations(part, all) }));
  const records = withDeclarations(part, all);
  let best = records.length === all.length ? candidate : { ...candidate, records };
  for (let index = 1; index < best.records.length; ) {
    const next = { ...best, records: withJoined(best.records, index) };
    if (next.records.length < best.records.length && (await trials.show(next))) best = next;
    else index += 1;
  }
  return best;
};

/** Leaves out faults. */
export const reduceFaults: Reduction = async (candidate, trials) => {
  const faults = await smallest(candidate.faults, (part) => trials.show({ ...candidate, faults: part }));
  return faults === candidate.faults ? candidate : { ...candidate, faults };
};

/** The smallest length that holds, as far as bisection finds it; `most` is taken to hold. */
async function bisect(most: number, holds: (length: number) => Promise<boolean>): Promise<number> {
  let refused = -1;
  let held = most;
  while (held - refused > 1) {
    const middle = refused + Math.floor((held - refused) / 2);
    if (await holds(middle)) held = middle;
    else refused = middle;
  }
  return held;
}

function channelOf(record: KeptRecord["record"]): number | undefined {
  return "channel" in record ? record.channel : undefined;
}

/** What is said once and holds from then on. */
function isStanding(record: KeptRecord["record"]): boolean {
  return record.type === "channel" || (record.type === "link" && record.event === "open");
}

function earlier({ record, line }: KeptRecord, by: number): KeptRecord {
  return { line, record: { ...record, at: nanos(record.at - by) } };
}

/** The read at `index` and the one of its channel and direction just before it as one, which comes when the last of its bytes did. */
function withJoined(records: readonly KeptRecord[], index: number): readonly KeptRecord[] {
  const before = records[index - 1];
  const kept = records[index];
  if (before?.record.type !== "raw" || kept?.record.type !== "raw") return records;
  if (before.record.channel !== kept.record.channel || before.record.dir !== kept.record.dir) return records;
  const bytes = joined([before.record.bytes, kept.record.bytes]);
  return [...records.slice(0, index - 1), { ...kept, record: { ...kept.record, bytes } }, ...records.slice(index + 1)];
}
