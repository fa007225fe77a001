import { nativeAnnouncer } from "../dialect/native.ts";
import { DOWNLOAD_LIMITS } from "../transfer/download-plan.ts";
import { updater } from "../update/updater.ts";
import type { UpdaterCommand } from "../update/updater-talk.ts";
import { nativeDeviceOf, updatePolicyOf } from "./device-file.ts";
import type { DeviceFile } from "./schema.ts";
import type { SessionConfig } from "./session-talk.ts";
import { type UpdateSession, updateSession } from "./update-session.ts";

/** What a session is given: with it, and its inputs, everything that it says is decided. */
export interface SessionGiven {
  readonly device: DeviceFile;
  readonly command: UpdaterCommand;
  /** Where the repository is; "" for none. */
  readonly location: string;
}

/** The machine of a session, and its configuration. */
export interface BegunSession {
  readonly machine: UpdateSession;
  readonly config: SessionConfig;
}

/** The updater as it is today, for a device. */
export function begunSession({ device, command, location }: SessionGiven): BegunSession {
  return {
    machine: updateSession(updater(nativeAnnouncer(nativeDeviceOf(device)))),
    config: { updater: { command, policy: updatePolicyOf(device.policy) }, location, limits: DOWNLOAD_LIMITS },
  };
}
