import { Buffer } from "node:buffer";
import { existsSync, rmSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { FieldtapeError } from "../errors.ts";
import { type Divergence, isSaid, type Said } from "../replayer/divergence.ts";
import type { Placed } from "../replayer/placed.ts";
import type { Subject } from "../replayer/subject.ts";
import { formatRecord } from "../tape/line.ts";
import { GOLDEN_FILE } from "./case-folder.ts";
import { openCaseTape, readSmall } from "./case-tape.ts";
import { type Difference, divergenceOf } from "./differences/difference.ts";
import type { Recordings } from "./differences/exemplar.ts";
import { type FoundDifferences, findDifferences } from "./differences/find-differences.ts";
import { isDigest } from "./goldens/canonical.ts";
import type { Scenario } from "./scenario.ts";

/** Beside a pending golden: all differences from the one that is there. */
export const DIFF_FILE = "differences.jsonl";

/** A golden as it stands on disk: canonical lines without header, hash lines and end. */
export function goldenText(said: readonly Said[]): string {
  return said.map((record) => `${formatRecord(record)}\n`).join("");
}

export function hasGolden(scenario: Scenario): boolean {
  return existsSync(scenario.golden);
}

/** What was expected and what was said, where the two differ. */
export interface GoldenDifference extends Recordings {
  readonly found: FoundDifferences;
}

/**
 * Everything in which what was said differs from the scenario's golden; `undefined` if nothing does.
 *
 * @param kept what the scenario's golden keeps of what was said, see `canonicalise`
 * @throws FieldtapeError what reading the golden throws; INPUT_MALFORMED when it was made for another mode
 */
export async function compareWithGolden(
  scenario: Scenario,
  kept: readonly Said[],
  role: Subject["role"],
): Promise<GoldenDifference | undefined> {
  return isGolden(scenario, kept) ? undefined : await compareRecords(scenario, kept, role);
}

/** The same where it is known that the bytes differ. */
export async function compareRecords(
  scenario: Scenario,
  kept: readonly Said[],
  role: Subject["role"],
): Promise<GoldenDifference | undefined> {
  const expected = await readGolden(scenario, role);
  const actual = placed(kept);
  const all = findDifferences(expected, actual);
  const found = scenario.settings.golden.mode === "subset" ? withoutMore(all) : all;
  return found.differences.length === 0 ? undefined : { found, expected, actual };
}

/** Whether the golden's bytes are these records'. It is stored canonical: then nothing needs comparing record by record. */
export function isGolden({ golden }: Scenario, kept: readonly Said[]): boolean {
  return readSmall(golden)?.equals(Buffer.from(goldenText(kept))) === true;
}

/** Of mode `subset`: that more was said, or more of something, is no difference. */
function withoutMore(found: FoundDifferences): FoundDifferences {
  const isMore = (difference: Difference): boolean =>
    difference.kind === "unexpected" || (difference.kind === "changed" && difference.before === undefined);
  return { ...found, differences: found.differences.filter((difference) => !isMore(difference)) };
}

/** The records of a golden that are compared: an observer says only outputs. */
async function readGolden({ golden, settings }: Scenario, role: Subject["role"]): Promise<readonly Placed<Said>[]> {
  const { mode } = settings.golden;
  const expected: Placed<Said>[] = [];
  await using reader = await openCaseTape(golden);
  for await (const { firstLine, records } of reader.batches({ verify: false })) {
    for (const [index, record] of records.entries()) {
      if (!isSaid(record) || (record.type === "raw" && (role === "observer" || record.dir === "rx"))) continue;
      const line = firstLine + index;
      if (isDigest(record) !== (mode === "digest")) throw otherMode(golden, line, mode);
      expected.push({ line, record });
    }
  }
  const { tornBytes, lines } = reader.facts();
  if (tornBytes > 0) {
    throw new FieldtapeError("INPUT_MALFORMED", "the golden breaks off in the middle of a line", {
      file: golden,
      line: lines + 1,
      hint: "take it from version control again, or accept it anew",
    });
  }
  return expected;
}

function otherMode(file: string, line: number, mode: string): FieldtapeError {
  const held = mode === "digest" ? "records" : "digests";
  return new FieldtapeError("INPUT_MALFORMED", `the golden holds ${held}, and the scenario's golden mode is ${mode}`, {
    file,
    line,
    hint: "accept it anew if the mode is right",
  });
}

/** The first divergence of a second run from the first one. */
export function compareRuns(first: readonly Said[], second: readonly Said[]): Divergence | undefined {
  const [difference] = findDifferences(placed(first), placed(second)).differences;
  return difference === undefined ? undefined : divergenceOf(difference);
}

/** Each record on the line on which it would stand in a golden. */
function placed(said: readonly Said[]): readonly Placed<Said>[] {
  return said.map((record, index) => ({ line: index + 1, record }));
}

/** Writes what the subject said outside the corpus, for a person to look at; answers with the file. */
export async function writePending(pendingFolder: string, scenario: Scenario, said: readonly Said[]): Promise<string> {
  const path = join(pendingFolder, scenario.name, GOLDEN_FILE);
  await mkdir(dirname(path), { recursive: true });
  // The next run writes it again: a thousand of them need not wait for the disk.
  await writeFileAtomic(path, goldenText(said), { fsync: false });
  return path;
}

/** A case that passes has nothing pending any more: what an earlier run left must not be looked at, or taken over, by mistake. */
export function dropPending(pendingFolder: string, name: string): void {
  const folder = join(pendingFolder, name);
  if (!existsSync(folder)) return;
  for (const file of [GOLDEN_FILE, DIFF_FILE]) rmSync(join(folder, file), { force: true });
}

/** The only way in which a golden changes. `undefined`: it goes. */
export async function writeGolden(path: string, text: string | undefined): Promise<void> {
  if (text === undefined) await rm(path, { force: true });
  else await writeFileAtomic(path, text);
}
