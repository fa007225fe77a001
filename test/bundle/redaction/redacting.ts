import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Redaction, RedactionProfile } from "../../../src/bundle/redaction/profile.ts";
import { redactTape } from "../../../src/bundle/redaction/redact-tape.ts";
import type { RedactionReport } from "../../../src/bundle/redaction/report.ts";
import { type ProfileOverrides, profileOf } from "../../../src/bundle/redaction/schema.ts";
import { STANDARD_PROFILE } from "../../../src/bundle/redaction/standard-profile.ts";
import type { Json } from "../../../src/bytes/json.ts";
import { redactionSubject } from "../../../src/cli/secrets/redaction-subject.ts";
import { formatRecord } from "../../../src/tape/line.ts";
import { openTape } from "../../../src/tape/reader.ts";
import type { RawRecord, TapeRecord } from "../../../src/tape/record.ts";
import { nanos } from "../../../src/time/nanos.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { KEY } from "./keys.ts";

/** The standard profile with something over it. */
export function redaction(over: ProfileOverrides = {}, literals: readonly string[] = []): Redaction {
  return { name: "test", profile: profileOf(over) satisfies RedactionProfile, key: KEY, literals };
}

export const STANDARD_REDACTION: Redaction = { name: "standard", profile: STANDARD_PROFILE, key: KEY, literals: [] };

/** A channel without a name of anybody's. */
export const CHANNEL: TapeRecord = {
  type: "channel",
  at: nanos(0),
  channel: 0,
  name: "line",
  kind: "stream",
  source: "tcp:127.0.0.1:502",
  settings: {},
};

/** A read, a millisecond for each number. */
export function raw(ms: number, dir: "rx" | "tx", bytes: Uint8Array | string, channel = 0): RawRecord {
  const content = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  return { type: "raw", at: nanos(ms * 1_000_000), channel, dir, bytes: content };
}

export interface Redacted {
  readonly report: RedactionReport;
  readonly records: readonly TapeRecord[];
  /** The tape as it stands on the disk. */
  readonly text: string;
}

/** Writes these records as a tape and redacts it. */
export async function redact(
  records: readonly TapeRecord[],
  how: Redaction,
  subject?: { readonly name: string; readonly options?: Json },
): Promise<Redacted> {
  const folder = temporaryFolder();
  const [tape, out] = [join(folder, "a.tape.jsonl"), join(folder, "b.tape.jsonl")];
  writeFileSync(tape, records.map((record) => `${formatRecord(record)}\n`).join(""));
  const seats =
    subject === undefined
      ? { machines: [] }
      : await redactionSubject(
          { name: subject.name, options: subject.options, framer: undefined },
          { config: {}, file: undefined },
        );
  const report = await redactTape({ tape, out, force: false, redaction: how, ...seats }, new AbortController().signal);
  await using reader = await openTape(out);
  const all: TapeRecord[] = [];
  for await (const batch of reader.batches()) all.push(...batch.records);
  return { report, records: all, text: readFileSync(out, "utf8") };
}

/** The reads of a tape as (time, direction, text). */
export function reads(records: readonly TapeRecord[]): readonly (readonly [number, string, string])[] {
  return records.flatMap((record) =>
    record.type === "raw" ? [[record.at / 1_000_000, record.dir, Buffer.from(record.bytes).toString("latin1")]] : [],
  );
}

/** All bytes of one direction. */
export function wire(records: readonly TapeRecord[], dir: "rx" | "tx" = "rx"): Buffer {
  return Buffer.concat(
    records.flatMap((record) => (record.type === "raw" && record.dir === dir ? [record.bytes] : [])),
  );
}
