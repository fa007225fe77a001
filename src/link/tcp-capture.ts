import type { Socket } from "node:net";
import type { LinkChange } from "../bytes/channel.ts";
import { FieldtapeError } from "../errors.ts";
import type { Clock } from "../time/clock.ts";
import { plus } from "../time/nanos.ts";
import { formatTcpAddress, type TcpAddress } from "./address.ts";
import type { Arrivals } from "./arrivals.ts";
import { backoff } from "./backoff.ts";
import { Holding } from "./holding.ts";
import type { Source, SourceEnd, WhenCrowded } from "./source.ts";
import { changeOf, connectTcp, finish, reasonOf, type TcpOptions } from "./tcp.ts";
import { type Connection, localOf, openTcpListener, peerOf } from "./tcp-listener.ts";
import { Wire } from "./wire.ts";

interface CaptureOptions extends TcpOptions {
  /** The channel's name; a server adds the connection's number: `meter#1`. */
  readonly name: string;
  readonly whenCrowded: WhenCrowded;
}

export interface TcpServerOptions extends CaptureOptions {
  readonly listen: TcpAddress;
}

export interface TcpClientOptions extends CaptureOptions {
  readonly to: TcpAddress;
  /** Whether to connect again when the connection is over. */
  readonly reconnect: boolean;
  readonly clock: Clock;
}

/**
 * Listens for devices that connect by themselves and records what each of them sends (`rx`), a channel each. Sends nothing.
 *
 * @throws FieldtapeError LINK_OPEN_FAILED
 */
export async function openTcpServer(arrivals: Arrivals, options: TcpServerOptions): Promise<Source> {
  const listener = await openTcpListener(options.listen, options, arrivals, (socket, number) => {
    const listen = formatTcpAddress(localOf(socket));
    const peer = formatTcpAddress(peerOf(socket));
    const wire = new Wire(arrivals, {
      name: `${options.name}#${number}`,
      kind: "stream",
      source: `tcp:${peer}`,
      settings: { role: "server", listen, device: peer },
    });
    return capture(socket, wire, arrivals, options.whenCrowded);
  });
  const listen = formatTcpAddress(listener.address);
  return {
    description: `server on ${listen}`,
    name: `tcp-listen:${listen}`,
    notes: [],
    ended: listener.ended,
    close: () => listener.close(),
  };
}

/**
 * Connects to a device and records what it sends (`rx`). Sends nothing. The first attempt must succeed; with `reconnect` a
 * connection that is over is made again, on the same channel, as often as it takes; without, the source ends with it.
 *
 * @throws FieldtapeError LINK_OPEN_FAILED
 */
export async function openTcpClient(arrivals: Arrivals, options: TcpClientOptions): Promise<Source> {
  const stopping = new AbortController();
  const first = await connectTcp(options.to, options, stopping.signal);
  const device = formatTcpAddress(options.to);
  const wire = new Wire(arrivals, {
    name: options.name,
    kind: "stream",
    source: `tcp:${device}`,
    settings: { role: "client", device, local: formatTcpAddress(localOf(first)) },
  });
  const client = new TcpClient(arrivals, options, wire, stopping);
  return {
    description: `client of ${device}`,
    name: `tcp:${device}`,
    notes: [],
    ended: client.run(first),
    close: () => client.close(),
  };
}

class TcpClient {
  readonly #arrivals: Arrivals;
  readonly #options: TcpClientOptions;
  readonly #wire: Wire;
  readonly #stopping: AbortController;
  #connection: (Connection & { readonly how: Promise<Ending> }) | undefined;

  constructor(arrivals: Arrivals, options: TcpClientOptions, wire: Wire, stopping: AbortController) {
    this.#arrivals = arrivals;
    this.#options = options;
    this.#wire = wire;
    this.#stopping = stopping;
  }

  async run(first: Socket): Promise<SourceEnd> {
    for (let socket: Socket | undefined = first; socket !== undefined; socket = await this.#connectAgain()) {
      const connection = capture(socket, this.#wire, this.#arrivals, this.#options.whenCrowded);
      this.#connection = connection;
      const how = await connection.how;
      if (this.#stopping.signal.aborted) break;
      if (!this.#options.reconnect) return this.#over(how);
      // Whatever the device says until it is connected again is not on the tape.
      if (how.change !== "close") this.#wire.gap("rx", "truncated");
    }
    return { reason: "stop" };
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#connection?.stop();
  }

  async #connectAgain(): Promise<Socket | undefined> {
    const { clock, to } = this.#options;
    const { signal } = this.#stopping;
    for (let attempt = 0; ; attempt += 1) {
      try {
        await clock.sleepUntil(plus(clock.now(), backoff(attempt)), signal);
        return await connectTcp(to, this.#options, signal);
      } catch {
        // A refused attempt is no news; only a stop ends the trying.
        if (signal.aborted) return undefined;
      }
    }
  }

  #over({ change, reason }: Ending): SourceEnd {
    if (change === "close") return { reason: "eof" };
    const message = `the connection to ${formatTcpAddress(this.#options.to)} was ${change} (${reason})`;
    const hint = "with --reconnect the recording goes on when the device is back";
    return { reason: "link-lost", error: new FieldtapeError("LINK_LOST", message, { hint }) };
  }
}

interface Ending {
  readonly change: Extract<LinkChange, "close" | "reset" | "lost">;
  readonly reason: string;
}

/** Records what comes from `socket` until it is over. When the other end has said all, this end closes as well. */
function capture(
  socket: Socket,
  wire: Wire,
  arrivals: Arrivals,
  whenCrowded: WhenCrowded,
): Connection & { readonly how: Promise<Ending> } {
  const holding = new Holding(socket);
  let ending: Ending = { change: "close", reason: "stop" };
  wire.opened();
  socket.on("data", (bytes) => {
    wire.raw("rx", bytes);
    holding.waitFor(arrivals, whenCrowded);
  });
  socket.once("end", () => {
    wire.fellSilent("rx");
    socket.end();
  });
  socket.once("error", (error) => {
    ending = { change: changeOf(error), reason: reasonOf(error) };
    wire.ended(ending.change, { dir: "rx", reason: ending.reason });
  });
  const how = new Promise<Ending>((resolve) => {
    socket.once("close", () => {
      wire.ended("close");
      resolve(ending);
    });
  });
  socket.resume();
  return {
    how,
    closed: how,
    async stop() {
      holding.stop();
      wire.ended("close", { reason: "stop" });
      await finish(socket);
    },
  };
}
