import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Said } from "../../replayer/divergence.ts";
import { feed } from "../../replayer/feed.ts";
import { openTape } from "../../tape/reader.ts";
import { TapeWriter } from "../../tape/writer.ts";
import { ZERO } from "../../time/nanos.ts";
import { type FedTape, type Seat, sayingTo } from "./fed-tape.ts";

/** What is written does not matter here, only that it can be read. */
const HEADER = {
  id: "round-trip",
  started: "1970-01-01T00:00:00.000000Z",
  recorder: { version: "0", git: "unknown" },
  requires: [],
  meta: {},
} as const;

/** Writes what was played to a tape, reads it again and plays that. */
export async function sayingToWritten(tape: FedTape, seat: Seat, signal: AbortSignal): Promise<Said[]> {
  const folder = await mkdtemp(join(tmpdir(), "fieldtape-round-trip-"));
  try {
    const path = join(folder, "round-trip.tape.jsonl");
    await write(path, tape);
    await using reader = await openTape(path);
    const fed = feed(reader.batches({ signal }), {
      role: seat.subject.role,
      // A participant was fed what it hears, turned round already.
      play: "rx",
      time: seat.options.time ?? "recorded",
      // The tape's own end says how long time goes on.
      drain: ZERO,
      file: path,
    });
    return await sayingTo(fed, seat, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function write(path: string, { records, stopAt }: FedTape): Promise<void> {
  await using writer = await TapeWriter.create(path, { live: false, header: HEADER });
  let reason = "replayed";
  for (const record of records) {
    if (record.type === "end") reason = record.reason;
    writer.write(record);
    if (writer.full) await writer.drained();
  }
  await writer.close({ reason, at: stopAt });
}
