import { dirname } from "node:path";
import type { JsonObject } from "../../../bytes/json.ts";
import type { SessionObservation } from "../../../ota/session/operate-session.ts";
import type { DeviceStatus } from "../../../ota/session/status.ts";
import type { UpdateOutcome, UpdaterCommand } from "../../../ota/update/updater-talk.ts";
import { formatDuration } from "../../../time/duration.ts";
import { NANOS_PER_MILLI } from "../../../time/nanos.ts";
import { EXIT, type ExitCode } from "../../exit.ts";
import type { DeviceRunResult } from "./run-device.ts";

const INCONSISTENT =
  "INCONSISTENT: no version here can be vouched for. Keep this folder as it is, and ask for help with";

/** Packs everything that is known of an installation that no program may mend. */
function bundleCommand(root: string): string {
  return `fieldtape bundle create --install ${root} -o device.zip`;
}

/** What stands on a device, for programs. */
export function statusJson({ current, previous, state, release, ...rest }: DeviceStatus): JsonObject {
  return { current: current ?? null, previous: previous ?? null, state, release: release ?? null, ...rest };
}

/** The same for people. */
export function statusWords(status: DeviceStatus, root: string): string {
  const { current, previous, state, release, failed, components } = status;
  const helpless = state === "inconsistent" ? [`${INCONSISTENT} ${bundleCommand(root)}`] : [];
  if (current === undefined) return helpless[0] ?? "nothing is installed";
  const parts = Object.entries(components);
  const lines = [
    ...helpless,
    `${current}, release ${release}: ${state}`,
    ...(parts.length < 2 ? [] : [`parts: ${parts.map(([name, version]) => `${name} ${version}`).join(", ")}`]),
    previous === undefined ? "no version to go back to" : `before it: ${previous}`,
    ...(failed.length === 0 ? [] : [`rolled back here and not offered again: release ${failed.join(", ")}`]),
  ];
  return lines.join("\n");
}

/** How a session ended, for programs. */
export function resultJson({ end, before, after, interrupted, report }: DeviceRunResult): JsonObject {
  return {
    outcome: end.outcome,
    ...(end.reason === undefined ? {} : { reason: end.reason }),
    from: before.current ?? null,
    ...statusJson(after),
    ...(interrupted === undefined ? {} : { interruptedMs: interrupted / NANOS_PER_MILLI }),
    ...(report === undefined ? {} : { report, help: bundleCommand(dirname(report)) }),
  };
}

export function resultWords({ end, after, interrupted, report }: DeviceRunResult): string {
  const why = end.reason === undefined ? "" : ` (${end.reason})`;
  const gap = interrupted === undefined ? "" : `; the application was gone for ${formatDuration(interrupted)}`;
  const found = report === undefined ? "" : `; what was found is in ${report}`;
  return `${OUTCOME_WORDS[end.outcome]}${why}${gap}${found}\n${statusWords(after, report === undefined ? "DIR" : dirname(report))}`;
}

const OUTCOME_WORDS: Readonly<Record<UpdateOutcome, string>> = {
  nothing: "nothing to do",
  staged: "complete beside the current version, not yet switched to",
  unconfirmed: "switched; fieldtape ota device confirm says that it is healthy",
  committed: "done",
  "rolled-back": "rolled back",
  refused: "refused",
  failed: "failed; the version before is untouched",
  inconsistent: "nothing was touched",
};

/** Reasons that lie outside: the network, the disk. */
const OUTSIDE = /^(unreachable|interrupted|slow|server|range|time-limit|disk-full|io-error|no-space|E[A-Z0-9]+)$/;

/** A refused or rolled-back update is a result of its own, exit 1; a rollback that was asked for has gone well. */
export function exitOf({ name }: UpdaterCommand, { end }: DeviceRunResult): ExitCode {
  const { outcome, reason = "" } = end;
  if (reason === "cancelled") return EXIT.aborted;
  switch (outcome) {
    case "nothing":
    case "staged":
    case "unconfirmed":
    case "committed":
      return EXIT.ok;
    case "rolled-back":
      return name === "rollback" ? EXIT.ok : EXIT.different;
    default:
      return OUTSIDE.test(reason) ? EXIT.outside : EXIT.different;
  }
}

/** What a person wants to see while it goes on; `undefined`: nothing. */
export function progressWords(observation: SessionObservation): string | undefined {
  if (observation.type !== "output") return undefined;
  const { value } = observation;
  if (value.type === "state") {
    const { state, version, attempt, reason } = value;
    return [state, version, attempt === undefined ? undefined : `start ${attempt}`, reason && `(${reason})`]
      .filter((part) => part !== undefined)
      .join(" ");
  }
  if (value.type !== "note") return undefined;
  const { type, trouble, detail, span, from } = value.note;
  if (type === "trouble") return `  ${trouble}: ${detail}`;
  if (type === "wait") return `  trying again in ${formatDuration(Number(span))}`;
  return type === "resumed" ? `  going on from byte ${from}` : undefined;
}
