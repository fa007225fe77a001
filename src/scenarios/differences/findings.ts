import { findEveryWhereabouts, soughtIn } from "../../replayer/whereabouts.ts";
import type { RecordBatch } from "../../tape/record.ts";
import { type CaseDifferences, FINDINGS_MAX, type Finding } from "./case-differences.ts";
import type { Difference } from "./difference.ts";
import { exemplarOf, type Recordings } from "./exemplar.ts";
import type { FoundDifferences } from "./find-differences.ts";
import { signatureOf } from "./signature.ts";

/** All differences of one signature in one case. */
interface Group {
  readonly signature: string;
  readonly first: Difference;
  count: number;
  /** Of the records that have it: groups in exactly the same ones have one cause. */
  fingerprint: number;
  records: number;
  lastRecord: number;
}

export interface FindingsOptions {
  /** The tape that was played, to show the bytes that a difference came from. */
  readonly tape: AsyncIterable<RecordBatch>;
  /** Where the complete diff stands. */
  readonly diff: string;
}

/** Brings down all differences of a case to bounded data: one finding for each signature, with an exemplar. */
export async function findingsOf(
  found: FoundDifferences,
  recordings: Recordings,
  { tape, diff }: FindingsOptions,
): Promise<CaseDifferences> {
  const all = grouped(found.differences);
  const groups = all.slice(0, FINDINGS_MAX);
  const places = await findEveryWhereabouts(
    tape,
    groups.map(({ first }) => soughtIn("actual" in first ? first.actual.record : first.expected.record)),
  );
  const findings = groups.map(
    ({ signature, count, first }, index): Finding => ({
      signature,
      count,
      together: groups.findIndex((other) => isTogether(other, groups[index])),
      exemplar: exemplarOf(first, recordings, places[index] ?? { line: 0 }),
    }),
  );
  return {
    findings,
    differences: found.differences.length,
    unlisted: all.slice(FINDINGS_MAX).reduce((sum, { count }) => sum + count, 0),
    folded: found.folded,
    gaveUp: found.gaveUp,
    expected: recordings.expected.length,
    actual: recordings.actual.length,
    diff,
  };
}

/** In the order of their first differences. */
function grouped(differences: readonly Difference[]): readonly Group[] {
  const groups = new Map<string, Group>();
  let record = 0;
  let previous: Difference | undefined;
  for (const difference of differences) {
    if (previous === undefined || placeOf(previous) !== placeOf(difference)) record += 1;
    previous = difference;
    const signature = signatureOf(difference);
    const group = groups.get(signature) ?? newGroup(signature, difference);
    groups.set(signature, group);
    group.count += 1;
    if (group.lastRecord === record) continue;
    group.lastRecord = record;
    group.records += 1;
    group.fingerprint = (Math.imul(group.fingerprint, 0x01000193) ^ record) >>> 0;
  }
  return [...groups.values()];
}

function newGroup(signature: string, first: Difference): Group {
  return { signature, first, count: 0, fingerprint: 0x811c9dc5, records: 0, lastRecord: 0 };
}

/** Equal for differences of one pair of records. */
const placeOf = (difference: Difference): unknown => ("actual" in difference ? difference.actual : difference.expected);

function isTogether(a: Group, b: Group | undefined): boolean {
  return a.records === b?.records && a.fingerprint === b.fingerprint;
}
