import { Buffer } from "node:buffer";
import { join } from "node:path";
import { Random } from "../../../bytes/random.ts";
import { writeWhole } from "../../../ota/release/atomic-file.ts";
import { Application } from "../../../ota/session/application.ts";
import { applicationPlanOf, readDeviceFile } from "../../../ota/session/device-file.ts";
import {
  type DeviceSessionOptions,
  type DeviceSessionResult,
  runDeviceSession,
} from "../../../ota/session/device-session.ts";
import { inconsistencyReport, REPORT_FILE } from "../../../ota/session/inconsistency-report.ts";
import { lockInstallation } from "../../../ota/session/installation-lock.ts";
import type { SessionObservation } from "../../../ota/session/operate-session.ts";
import type { DeviceFile, DevicePolicy } from "../../../ota/session/schema.ts";
import { type DeviceStatus, deviceStatus } from "../../../ota/session/status.ts";
import type { Transport } from "../../../ota/transfer/transport.ts";
import { RealFs } from "../../../ota/update/real-fs.ts";
import type { UpdaterCommand } from "../../../ota/update/updater-talk.ts";
import { formatIso } from "../../../time/iso.ts";
import { realWorld, systemRandom } from "../../wiring.ts";
import { openEventStream } from "./event-stream.ts";
import { openSessionTape } from "./session-tape.ts";
import { isWithin } from "./window.ts";

export interface DeviceRun {
  readonly root: string;
  readonly command: UpdaterCommand;
  /** Absent: as it stands in the installation. */
  readonly device?: DeviceFile;
  readonly transport?: Transport;
  /** A person says yes, whatever the policy asks for. */
  readonly yes: boolean;
  /** A process that is the application, and ends by itself. */
  readonly waitFor?: number | undefined;
  readonly record?: { readonly path: string; readonly force: boolean } | undefined;
  /** A file that gets a line for each change of the device's status. */
  readonly events?: string | undefined;
  /** Hears of everything, in order. */
  readonly observe: (observation: SessionObservation) => void;
  readonly signal: AbortSignal;
}

export interface DeviceRunResult extends DeviceSessionResult {
  readonly before: DeviceStatus;
  readonly after: DeviceStatus;
  readonly device: DeviceFile;
  /** Where it is written down what was found, if it is inconsistent. */
  readonly report?: string;
}

/**
 * One session of the updater on an installation of this machine, under its lock.
 *
 * @throws FieldtapeError INPUT_MISSING where nothing is installed, OUTPUT_FAILED while another session is at work
 */
export async function runDevice(run: DeviceRun): Promise<DeviceRunResult> {
  const { root, command, signal } = run;
  const { clock, wall } = realWorld({ sleep: "coarse" });
  const device = run.device ?? (await readDeviceFile(root));
  using _lock = lockInstallation(root);
  const disk = new RealFs(root);
  const before = await deviceStatus(disk, signal);
  const now = (): string => formatIso(wall.wallNow(), 3);
  using events = run.events === undefined ? undefined : openEventStream(run.events, { version: before.current, now });
  const random = new Random(Buffer.from(systemRandom(6)).readUIntBE(0, 6));
  const options: DeviceSessionOptions = {
    device,
    command,
    ...(run.transport === undefined ? {} : { transport: run.transport }),
    disk,
    application: new Application(root, applicationPlanOf(device.policy), { clock, waitFor: run.waitFor }),
    clock,
    wall,
    draw: () => random.next(),
    consent: async () => run.yes || consents(device.policy, wall.wallNow()),
    observe: (observation) => {
      run.observe(observation);
      events?.hear(observation);
    },
    cancel: signal,
  };
  const result = await recorded(options, run);
  // What was begun is told to its end, also when somebody wants to stop.
  const { signal: never } = new AbortController();
  if (result.end.outcome !== "inconsistent")
    return { ...result, device, before, after: await deviceStatus(disk, never) };
  const report = join(root, REPORT_FILE);
  const told = { at: now(), reason: result.end.reason ?? "", product: device.product };
  const found = { ...told, ...(await inconsistencyReport(disk, never)) };
  await writeWhole(report, `${JSON.stringify(found, undefined, 2)}\n`, { mode: 0o600, force: true });
  return { ...result, device, before, after: await deviceStatus(disk, never), report };
}

async function recorded(options: DeviceSessionOptions, { record, root }: DeviceRun): Promise<DeviceSessionResult> {
  if (record === undefined) return runDeviceSession(options);
  await using tape = await openSessionTape(options, { ...record, root });
  const observe = async (observation: SessionObservation): Promise<void> => {
    await options.observe(observation);
    await tape.take(observation);
  };
  const result = await runDeviceSession({ ...options, observe });
  await tape.close();
  return result;
}

function consents({ consent, window }: DevicePolicy, now: bigint): boolean {
  return consent === "automatic" && (window === undefined || isWithin(window, now));
}
