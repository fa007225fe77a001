import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../../bytes/json.ts";
import type { DeviceSessionOptions } from "../../../ota/session/device-session.ts";
import type { SessionObservation } from "../../../ota/session/operate-session.ts";
import { sessionRecords } from "../../../ota/session/session-record.ts";
import { objectPath } from "../../../ota/update/layout.ts";
import { TapeWriter } from "../../../tape/writer.ts";
import { formatIso } from "../../../time/iso.ts";
import { VERSION } from "../../version.ts";
import { newTapeId } from "../../wiring.ts";

export interface SessionTapePlace {
  readonly path: string;
  readonly force: boolean;
  /** The installation's folder: where payloads are taken from. */
  readonly root: string;
}

export interface SessionTape extends AsyncDisposable {
  take(observation: SessionObservation): Promise<void>;
  close(): Promise<void>;
}

/**
 * Begins the tape of an update session: everything that the updater hears and says, with payloads as blobs.
 *
 * @throws FieldtapeError OUTPUT_EXISTS, OUTPUT_FAILED, DISK_FULL
 */
export async function openSessionTape(options: DeviceSessionOptions, place: SessionTapePlace): Promise<SessionTape> {
  const { device, command, transport, clock, wall } = options;
  const { path, force, root } = place;
  const writer = await TapeWriter.create(path, {
    live: true,
    clock,
    force,
    header: {
      id: newTapeId(),
      started: formatIso(wall.wallNow(), 6),
      recorder: VERSION,
      requires: [],
      meta: { kind: "ota-session" },
    },
  });
  const begun: JsonObject = JSON.parse(JSON.stringify({ command, location: transport?.location ?? "", device }));
  return {
    async take(observation) {
      for (const record of sessionRecords(observation, begun)) writer.write(record);
      if (writer.full) await writer.drained();
      if (observation.type !== "output" || observation.value.type !== "fetched") return;
      for (const sha256 of observation.value.objects) {
        const source = createReadStream(join(root, objectPath(sha256)));
        await writer.addBlob(source, { at: observation.at, media: "application/octet-stream" });
      }
    },
    close: () => writer.close({ reason: "stop" }),
    [Symbol.asyncDispose]: () => writer[Symbol.asyncDispose](),
  };
}
