import { crc, crcOf } from "../../bytes/crc.ts";
import { afterEvent } from "./after-event.ts";
import type { FileOperation } from "./durable-fs.ts";
import { type Installation, NOTHING_INSTALLED } from "./installation.ts";
import type { JournalEvent, JournalRecord } from "./journal-record.ts";
import { JOURNAL, partial } from "./layout.ts";
import { parseJournalRecord } from "./schema.ts";

/** What a journal's text tells. */
export interface Journal {
  readonly installation: Installation;
  /** The number of the next record. */
  readonly next: number;
  readonly records: readonly JournalRecord[];
  /** `torn`: its last line is not whole, as a power cut leaves it. `damaged`: another one is not. */
  readonly state: "whole" | "torn" | "damaged";
  /** This session has written all of it. */
  readonly ours: boolean;
}

export const EMPTY_JOURNAL: Journal = {
  installation: NOTHING_INSTALLED,
  next: 0,
  records: [],
  state: "whole",
  ours: false,
};

/** More than this is no journal of ours: it is written anew long before. */
export const JOURNAL_SIZE_MAX = 4 * 1024 * 1024;
/** When it is written anew with more records than this, those before the last `RECORDS_KEPT` become one. */
const RECORDS_MAX = 200;
const RECORDS_KEPT = 100;

const CRC = crc("CRC-32/ISCSI");

export function journalLine(record: JournalRecord): string {
  const { n, type, floor, ...rest } = record;
  const open = JSON.stringify({ n, type, floor, ...rest }).slice(0, -1);
  return `${open},"crc":"${checksum(open)}"}\n`;
}

function checksum(text: string): string {
  return crcOf(CRC, new TextEncoder().encode(text)).toString(16).padStart(8, "0");
}

/** Never throws; what is not whole is left out. */
export function readJournal(text: string): Journal {
  const lines = text.split("\n");
  const rest = lines.pop() ?? "";
  let journal = EMPTY_JOURNAL;
  let bad = 0;
  let lastBad = false;
  for (const line of lines) {
    const record = parseLine(line);
    lastBad = record === undefined || record.n < journal.next;
    if (record === undefined || record.n < journal.next) bad += 1;
    else journal = withRecord(journal, record);
  }
  const torn = rest !== "" || lastBad;
  const state = bad > (lastBad ? 1 : 0) ? "damaged" : torn ? "torn" : "whole";
  return { ...journal, state };
}

const LINE = /^(.*),"crc":"([0-9a-f]{8})"\}$/;

function parseLine(line: string): JournalRecord | undefined {
  const [, open, sum] = LINE.exec(line) ?? [];
  if (open === undefined || checksum(open) !== sum) return undefined;
  // What has its checksum is JSON that we wrote; a forged line could be anything.
  try {
    return parseJournalRecord(JSON.parse(`${open}}`));
  } catch {
    return undefined;
  }
}

function withRecord(journal: Journal, record: JournalRecord): Journal {
  return {
    installation: afterEvent(journal.installation, record, record.floor),
    next: record.n + 1,
    records: [...journal.records, record],
    state: journal.state,
    ours: journal.ours,
  };
}

/**
 * A journal with one more record, and the operations that make it durable. `floor` is given to raise it.
 *
 * The first record of a session goes into a journal that is written anew beside the old one and put in its place at once: what
 * is read of a file whose sync failed in another session need not be on the disk, and no later sync would say so; and nothing is ever
 * added to a torn line.
 */
export function note(journal: Journal, event: JournalEvent, floor: number = journal.installation.floor): Noted {
  const record: JournalRecord = { n: journal.next, floor, ...event };
  const after = withRecord(journal, record);
  if (!journal.ours) return rewritten(after);
  const text = journalLine(record);
  return {
    journal: after,
    operations: [
      { do: "append", path: JOURNAL, text },
      { do: "sync", path: JOURNAL },
    ],
  };
}

/** The same journal, and for certain on the disk: before anything is done because of what is read in it. */
export function renewed(journal: Journal): Noted {
  return journal.ours ? { journal, operations: [] } : rewritten(journal);
}

interface Noted {
  readonly journal: Journal;
  readonly operations: readonly FileOperation[];
}

function rewritten({ records, installation, next }: Journal): Noted {
  const cut = records.length > RECORDS_MAX ? records.length - RECORDS_KEPT : 0;
  const base = cut === 0 ? [] : [baseOf(records.slice(0, cut))];
  const journal: Journal = {
    installation,
    next,
    records: [...base, ...records.slice(cut)],
    state: "whole",
    ours: true,
  };
  const path = partial(JOURNAL);
  return {
    journal,
    operations: [
      { do: "create", path, text: journal.records.map(journalLine).join(""), mode: 0o644 },
      { do: "sync", path },
      { do: "rename", from: path, path: JOURNAL },
      { do: "sync-folder", path: "" },
    ],
  };
}

/** One record in place of these. */
function baseOf(records: readonly JournalRecord[]): JournalRecord {
  const { installation, next } = records.reduce(withRecord, EMPTY_JOURNAL);
  return { n: next - 1, floor: installation.floor, type: "base", installation };
}
