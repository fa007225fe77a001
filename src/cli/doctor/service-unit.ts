import { join } from "node:path";
import process from "node:process";
import { FieldtapeError } from "../../errors.ts";
import { programRoot } from "../program-root.ts";
import { systemdUnit } from "../record/systemd-unit.ts";

export interface ServiceRequest {
  /** The words behind `fieldtape record`. */
  readonly recording: readonly string[];
  readonly user: string | undefined;
  /** Where its tapes go. */
  readonly folder: string;
}

/**
 * The unit of a recording by this very installation.
 *
 * @throws FieldtapeError USAGE when no recording is named
 */
export function serviceUnit({ recording, user, folder }: ServiceRequest): string {
  const [kind] = recording;
  if (kind !== "tcp" && kind !== "serial" && kind !== "stdin") {
    throw new FieldtapeError("USAGE", "which recording?", {
      hint: "name it behind --, as in: fieldtape doctor --systemd -- tcp --to 10.0.0.7:502",
    });
  }
  const service = recording.includes("--service") ? [] : ["--service"];
  return systemdUnit({
    command: [process.execPath, join(programRoot(), "bin", "run.js"), "record", ...recording, ...service],
    description: `fieldtape record ${recording.join(" ")}`,
    folder,
    ...(user === undefined ? {} : { user }),
  });
}
