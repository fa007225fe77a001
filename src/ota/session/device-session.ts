import { unreachable } from "../../errors.ts";
import type { Clock, WallClock } from "../../time/clock.ts";
import { type Nanos, nanos } from "../../time/nanos.ts";
import { TransferPorts } from "../transfer/transfer-ports.ts";
import { type Transport, TransportTrouble } from "../transfer/transport.ts";
import type { DurableFs } from "../update/durable-fs.ts";
import type { UpdaterCommand, UpdaterEnd } from "../update/updater-talk.ts";
import type { Application } from "./application.ts";
import { begunSession } from "./begun-session.ts";
import { operateSession, type SessionObservation, type SessionPorts } from "./operate-session.ts";
import type { DeviceFile } from "./schema.ts";
import type { SessionAnswer, SessionAsk } from "./session-talk.ts";

export interface DeviceSessionOptions {
  readonly device: DeviceFile;
  readonly command: UpdaterCommand;
  /** Where the repository is; absent where the command needs none. */
  readonly transport?: Transport;
  readonly disk: DurableFs;
  readonly application: Application;
  readonly clock: Clock;
  readonly wall: WallClock;
  /** A whole number from 0 to 2³²−1. */
  readonly draw: () => number;
  /** Whether the version may be switched now. */
  readonly consent: (release: number, version: string) => Promise<boolean>;
  observe(observation: SessionObservation): Promise<void> | void;
  readonly cancel: AbortSignal;
}

export interface DeviceSessionResult {
  readonly end: UpdaterEnd;
  /** From the application's exit to its start; absent where nothing was switched. */
  readonly interrupted: Nanos | undefined;
}

/** Runs one session of a device's updater, from its beginning to its end, in the real world. */
export async function runDeviceSession(options: DeviceSessionOptions): Promise<DeviceSessionResult> {
  const { device, command, clock, cancel, transport = NOWHERE } = options;
  const { machine, config } = begunSession({ device, command, location: transport.location });
  const watch = new InterruptionWatch();
  const end = await operateSession(machine, config, {
    ports: new DevicePorts(options),
    clock,
    origin: clock.now(),
    observe: (observation) => {
      watch.see(observation);
      return options.observe(observation);
    },
    cancel,
  });
  return { end, interrupted: watch.interrupted };
}

class DevicePorts implements SessionPorts {
  private readonly options: DeviceSessionOptions;
  private readonly transfer: TransferPorts;

  constructor(options: DeviceSessionOptions) {
    const { transport = NOWHERE, disk, draw } = options;
    this.options = options;
    this.transfer = new TransferPorts({ transport, disk, draw });
  }

  async answer(ask: SessionAsk, signal: AbortSignal): Promise<SessionAnswer> {
    const { application, consent, wall } = this.options;
    switch (ask.port) {
      case "disk":
      case "http":
      case "store":
      case "chance":
        return this.transfer.answer(ask, signal);
      case "wall":
        return { port: "wall", wall: Number(wall.wallNow() / 1_000_000n) };
      case "consent":
        return { port: "consent", given: await consent(ask.release, ask.version) };
      case "exit":
        await application.exit(signal);
        return { port: "exit" };
      case "launch": {
        const failed = await application.launch(ask.tree, ask.attempt);
        return failed === undefined ? { port: "launch" } : { port: "launch", failed };
      }
      case "health":
        return { port: "health", ...(await application.health(ask.tree, signal)) };
      default:
        return unreachable(ask);
    }
  }

  hangUp(request: number): void {
    this.transfer.hangUp(request);
  }
}

/** Measures how long the application was gone. */
class InterruptionWatch {
  interrupted: Nanos | undefined;
  private gone: Nanos | undefined;

  see(observation: SessionObservation): void {
    if (observation.type !== "input" || observation.value.type !== "answer") return;
    const { port } = observation.value.answer;
    if (port === "exit") this.gone = observation.at;
    if (port === "launch" && this.gone !== undefined) this.interrupted = nanos(observation.at - this.gone);
  }
}

const NOWHERE: Transport = {
  location: "",
  get: async () => {
    throw new TransportTrouble("unreachable", "no repository was named");
  },
  [Symbol.dispose]() {},
};
