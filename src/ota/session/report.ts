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

/**
 * An observation as an event for whoever follows the update: the device's own state, and the same as the plug-in's properties have it.
 * `undefined`: nothing changed.
 */
export function statusEvent(observation: SessionObservation): JsonObject | undefined {
  if (observation.type !== "output") return undefined;
  const { value } = observation;
  if (value.type === "progress") {
    const progress = value.total === 0 ? 100 : Math.floor((value.done * 100) / value.total);
    return event(value.state, progress, "");
  }
  if (value.type !== "state") return undefined;
  const version = value.version === undefined ? {} : { version: value.version };
  const progress = value.state === "committed" ? 100 : 0;
  return { ...event(value.state, progress, value.reason ?? ""), ...version };
}

function event(state: UpdaterStateName, progress: number, message: string): JsonObject {
  const properties = { ota_status: REPORTED[state], ota_progress: progress, ota_message: message };
  return { type: "ota.status_changed", state, ...properties };
}
