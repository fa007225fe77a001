import { closeSync, openSync, writeSync } from "node:fs";
import { FieldtapeError } from "../../../errors.ts";
import type { SessionObservation } from "../../../ota/session/operate-session.ts";
import { StatusEvents, type StatusEventsOptions } from "../../../ota/session/report.ts";

/** A file that gets a line of JSON for each change of the device's status. */
export interface EventStream extends Disposable {
  hear(observation: SessionObservation): void;
}

/**
 * Lines are added to what is there: the external updater goes on in the same file.
 *
 * @throws FieldtapeError OUTPUT_FAILED
 */
export function openEventStream(path: string, options: StatusEventsOptions): EventStream {
  const events = new StatusEvents(options);
  let file: number | undefined = open(path);
  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  return {
    hear(observation) {
      const event = events.hear(observation);
      if (event === undefined || file === undefined) return;
      try {
        writeSync(file, `${JSON.stringify(event)}\n`);
      } catch {
        // An application that was stopped must come back, also when nobody can be told of it any more.
        close();
      }
    },
    [Symbol.dispose]: close,
  };
}

function open(path: string): number {
  try {
    return openSync(path, "a", 0o600);
  } catch (cause) {
    throw new FieldtapeError("OUTPUT_FAILED", "cannot write events", { file: path, cause });
  }
}
