import { FieldtapeError } from "../../errors.ts";
import { UpdateWorld } from "../../ota/session/update-world.ts";
import { UPDATER_WORLD } from "../../ota/session/updater-name.ts";
import { worldFaults } from "../../ota/session/world-fault.ts";
import { type BlobBytes, WorldGround } from "../../ota/session/world-ground.ts";
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
    const bytes = new Map<string, Uint8Array>();
    for (const [sha256, record] of blobs) bytes.set(sha256, await readBlob(file, record));
    for (const [sha256, object] of bytes) files.set(`objects/${sha256}`, object);
    const blob: BlobBytes = async (sha256) => bytes.get(sha256);
    const disk = await ground.disk(blob);
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

function notAlone(): FieldtapeError {
  return new FieldtapeError("OPTIONS_INVALID", `${UPDATER_WORLD} needs the file of a tape, with its blobs`);
}

function noSession(file: string): FieldtapeError {
  return new FieldtapeError("INPUT_MALFORMED", "this tape holds no update session", {
    file,
    hint: "fieldtape ota device update --record writes one",
  });
}
