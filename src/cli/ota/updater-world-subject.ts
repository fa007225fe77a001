import { FieldtapeError } from "../../errors.ts";
import { objectPath } from "../../ota/release/repository-path.ts";
import { UpdateWorld } from "../../ota/session/update-world.ts";
import { UPDATER_WORLD } from "../../ota/session/updater-name.ts";
import { worldFaults } from "../../ota/session/world-fault.ts";
import { WorldGround } from "../../ota/session/world-ground.ts";
import type { Advanced, Subject, SubjectRun } from "../../replayer/subject.ts";
import { readBlob } from "../../tape/read-blob.ts";
import { openTape } from "../../tape/reader.ts";
import type { BlobRecord, TapeRecord } from "../../tape/record.ts";
import type { Nanos } from "../../time/nanos.ts";

/**
 * The updater with a simulated server, disk and power, set up from a recorded session: what would have happened, had the power gone
 * there, or the disk been full. The tape is read when the subject is opened; what it is fed only moves time.
 */
export const updaterWorldSubject: Subject = {
  name: UPDATER_WORLD,
  role: "observer",
  async open({ faults, file, seed }) {
    if (file === undefined) throw notAlone();
    const disturbances = worldFaults(faults);
    const ground = new WorldGround();
    const blobs = new Map<string, BlobRecord>();
    await using tape = await openTape(file);
    for await (const { records } of tape.batches({ verify: false })) {
      for (const record of records) {
        ground.take(record);
        if (record.type === "blob") blobs.set(record.sha256, record);
      }
    }
    const { begun, files, wall, healthy, begunAt } = ground;
    if (begun === undefined) throw noSession(file);
    refuseLarge(file, blobs.values());
    for (const [sha256, record] of blobs) files.set(objectPath(sha256), await readBlob(file, record));
    const disk = ground.disk((sha256) => files.get(objectPath(sha256)));
    const plan = { given: begun, disk, files, wall, healthy, faults: disturbances, seed, beginsAt: begunAt };
    return new WorldRun(new UpdateWorld(plan));
  },
};

class WorldRun implements SubjectRun {
  private readonly world: UpdateWorld;

  constructor(world: UpdateWorld) {
    this.world = world;
  }

  async advance(_records: readonly TapeRecord[], until: Nanos): Promise<Advanced> {
    return { outputs: this.world.advance(until), deadline: this.world.deadline };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Payloads that are simulated are in memory, as is each copy of them on the disk. */
const PAYLOAD_BYTES_MAX = 256 * 1024 * 1024;

function refuseLarge(file: string, blobs: Iterable<BlobRecord>): void {
  const total = [...blobs].reduce((sum, { size }) => sum + size, 0);
  if (total <= PAYLOAD_BYTES_MAX) return;
  throw new FieldtapeError(
    "LIMIT_EXCEEDED",
    `${UPDATER_WORLD} holds at most 256 MiB of payload; the tape has ${total} bytes`,
    {
      file,
      hint: "record the session with a smaller release",
    },
  );
}

function notAlone(): FieldtapeError {
  return new FieldtapeError("OPTIONS_INVALID", `${UPDATER_WORLD} needs the file of a tape, with its blobs`);
}

function noSession(file: string): FieldtapeError {
  return new FieldtapeError("INPUT_MALFORMED", "this tape holds no update session", {
    file,
    hint: "fieldtape ota device update --record writes one",
  });
}
