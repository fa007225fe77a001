import type { Readable } from "node:stream";
import type { Arrivals } from "../link/arrivals.ts";
import type { Source, WhenCrowded } from "../link/source.ts";
import type { TcpOptions } from "../link/tcp.ts";
import type { Clock } from "../time/clock.ts";
import { type SourceSpec, sourceName } from "./source-spec.ts";

export interface OpenSourceOptions {
  readonly clock: Clock;
  readonly tcp: TcpOptions;
  /** Absent: each as is right for it. Links go on and leave a gap; a pipe waits. */
  readonly whenCrowded?: WhenCrowded;
  /** Absent: serial ports are opened again, connections are not. */
  readonly reconnect?: boolean;
  readonly standardInput: Readable;
}

/**
 * Opens what is to be recorded; from now on it arrives. What is heavy is loaded here, and only what is needed.
 *
 * @throws FieldtapeError LINK_OPEN_FAILED
 */
export async function openSource(spec: SourceSpec, arrivals: Arrivals, options: OpenSourceOptions): Promise<Source> {
  const { clock, tcp, whenCrowded = "gap", reconnect } = options;
  const name = spec.name ?? sourceName(spec);
  switch (spec.type) {
    case "tcp-tap": {
      const { openTcpTap } = await import("../link/tcp-tap.ts");
      return openTcpTap(arrivals, { ...tcp, listen: spec.listen, to: spec.to, name, whenCrowded });
    }
    case "tcp-client": {
      const { openTcpClient } = await import("../link/tcp-capture.ts");
      return openTcpClient(arrivals, { ...tcp, to: spec.to, name, whenCrowded, reconnect: reconnect ?? false, clock });
    }
    case "tcp-server": {
      const { openTcpServer } = await import("../link/tcp-capture.ts");
      return openTcpServer(arrivals, { ...tcp, listen: spec.listen, name, whenCrowded });
    }
    case "serial": {
      const { openSerial } = await import("../link/serial-capture.ts");
      const { path, bridge, settings } = spec;
      const ends = bridge === undefined ? { path } : { path, bridge };
      return openSerial(arrivals, { ...ends, settings, name, whenCrowded, reconnect: reconnect ?? true, clock });
    }
    case "stdin": {
      const { openStandardInput } = await import("../link/standard-input.ts");
      const waits = options.whenCrowded ?? "wait";
      return openStandardInput(arrivals, { stream: options.standardInput, name, dir: spec.dir, whenCrowded: waits });
    }
  }
}
