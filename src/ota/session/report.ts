import type { JsonObject } from "../../bytes/json.ts";
import type { UpdaterStateName } from "../update/updater-talk.ts";
import type { SessionObservation } from "./operate-session.ts";

/** What a platform is told that knows six words only (the OTA plug-in's `ota_status`). */
type ReportedStatus = "idle" | "downloading" | "verifying" | "updating" | "restarting" | "failed";

const REPORTED: Readonly<Record<UpdaterStateName, ReportedStatus>> = {
  idle: "idle",
  checking: "idle",
  downloading: "downloading",
  verifying: "verifying",
  staging: "updating",
  "waiting-for-exit": "updating",
  switching: "updating",
  launching: "restarting",
  confirming: "restarting",
  committed: "idle",
  "rolling-back": "restarting",
  "rolled-back": "failed",
  failed: "failed",
  inconsistent: "failed",
};

/** From the end of the download to the end of a session that goes well. */
const DOWNLOADED: ReadonlySet<UpdaterStateName> = new Set([
  "verifying",
  "staging",
  "waiting-for-exit",
  "switching",
  "launching",
  "confirming",
  "committed",
]);

export interface StatusEventsOptions {
  /** The version before the session. */
  readonly version: string | undefined;
  /** The time of day, in RFC 3339. */
  readonly now: () => string;
}

/** A session's observations as events for whoever follows the update: the device's own state, and the plug-in's properties. */
export class StatusEvents {
  private readonly options: StatusEventsOptions;
  private state: UpdaterStateName = "idle";
  private progress = 0;
  private firmware: string | undefined;
  private updated: string | undefined;

  constructor(options: StatusEventsOptions) {
    this.options = options;
    this.firmware = options.version;
  }

  /** `undefined`: nothing changed. */
  hear(observation: SessionObservation): JsonObject | undefined {
    if (observation.type !== "output") return undefined;
    const { value } = observation;
    if (value.type === "progress") {
      const progress = value.total === 0 ? 100 : Math.floor((value.done * 100) / value.total);
      if (progress === this.progress && value.state === this.state) return undefined;
      this.progress = progress;
      return this.event("", {});
    }
    if (value.type !== "state") return undefined;
    const { state, version, reason = "" } = value;
    this.state = state;
    this.progress = DOWNLOADED.has(state) ? 100 : 0;
    // A version that is only started is not yet the device's: it may go back.
    if (state === "committed" || state === "rolled-back") this.firmware = version ?? this.firmware;
    return this.event(reason, version === undefined ? {} : { version });
  }

  private event(message: string, more: JsonObject): JsonObject {
    const { state, progress, firmware } = this;
    const time = this.options.now();
    if (state === "committed") this.updated = time;
    return {
      type: "ota.status_changed",
      time,
      state,
      ota_status: REPORTED[state],
      ota_progress: progress,
      ota_message: message,
      ...(firmware === undefined ? {} : { firmware_version: firmware }),
      ...(this.updated === undefined ? {} : { last_update_time: this.updated }),
      ...more,
    };
  }
}
