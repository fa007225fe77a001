import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Subject } from "../../src/replayer/subject.ts";
import type { CaseResult } from "../../src/scenarios/case-result.ts";
import { runCase } from "../../src/scenarios/run-case.ts";
import { formatRecord } from "../../src/tape/line.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { toyLines } from "../replayer/toy-subject.ts";
import { temporaryFolder } from "../temporary-folder.ts";

export const GOOD = "why: it must stay as it is\nprovenance: written for this test\nsubject: toy\n";

/** One case in a corpus of its own: a tape, and what its scenario.yaml says besides what it must. */
export function caseOf(records: readonly TapeRecord[], extra: string): { corpus: string; folder: string } {
  const corpus = temporaryFolder();
  const folder = join(corpus, "case");
  mkdirSync(folder);
  writeFileSync(join(folder, "scenario.yaml"), GOOD + extra);
  writeFileSync(join(folder, "tape.jsonl"), records.map((record) => `${formatRecord(record)}\n`).join(""));
  return { corpus, folder };
}

/** Runs such a case, against its expectations alone unless `extra` says otherwise. */
export function outcomeOf(
  records: readonly TapeRecord[],
  extra: string,
  { subject = toyLines, relations = false }: { subject?: Subject; relations?: boolean } = {},
): Promise<CaseResult> {
  const { corpus, folder } = caseOf(records, extra);
  const job = { corpus, folder, pendingFolder: join(corpus, ".pending"), relations };
  return runCase(job, async () => ({ subject, config: {} }), new AbortController().signal);
}
