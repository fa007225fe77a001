import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { formatTcpAddress, type TcpAddress } from "./address.ts";
import type { Arrivals } from "./arrivals.ts";
import type { SourceEnd } from "./source.ts";
import { openFailed, reasonOf, type TcpOptions, tune } from "./tcp.ts";

/** One accepted connection, as what records it sees it. */
export interface Connection {
  readonly closed: Promise<unknown>;
  stop(): Promise<void>;
}

export interface TcpListener {
  /** What it really listens on: port 0 becomes the port that the system chose. */
  readonly address: TcpAddress;
  readonly ended: Promise<SourceEnd>;
  /** Accepts no more, and stops each connection that is open. */
  close(): Promise<void>;
}

/**
 * Listens for connections to record. `accept` gets each one, paused, with its number from 1. One beyond `connectionsMax`, or beyond what the system has files for, is refused and marked on the tape (the 1st, 2nd, 4th, 8th …,
 * so that a flood of them is no flood of marks).
 *
 * @throws FieldtapeError LINK_OPEN_FAILED: the port is taken, not allowed, or the address is not this machine's.
 */
export async function openTcpListener(
  at: TcpAddress,
  options: TcpOptions,
  arrivals: Arrivals,
  accept: (socket: Socket, number: number) => Connection,
): Promise<TcpListener> {
  const open = new Set<Connection>();
  let accepted = 0;
  let refused = 0;
  const refuse = (why: string): void => {
    refused += 1;
    if (Number.isInteger(Math.log2(refused))) arrivals.mark(`${refused} connections refused: ${why}`);
  };
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    tune(socket, options);
    accepted += 1;
    const connection = accept(socket, accepted);
    open.add(connection);
    void connection.closed.then(() => open.delete(connection));
  });
  server.maxConnections = options.connectionsMax;
  server.on("drop", () => refuse(`${options.connectionsMax} are open`));
  server.listen({ port: at.port, ...(at.host === "*" ? {} : { host: at.host }) });
  try {
    await once(server, "listening");
  } catch (cause) {
    throw openFailed(`cannot listen on ${formatTcpAddress(at)}`, cause);
  }
  server.on("error", (error) => refuse(reasonOf(error)));
  let end: (how: SourceEnd) => void = () => {};
  const ended = new Promise<SourceEnd>((resolve) => {
    end = resolve;
  });
  const bound = server.address();
  return {
    address: bound === null || typeof bound === "string" ? at : { host: bound.address, port: bound.port },
    ended,
    async close() {
      server.close();
      await Promise.all([...open].map((connection) => connection.stop()));
      end({ reason: "stop" });
    },
  };
}

/** The other end's address. */
export function peerOf(socket: Socket): TcpAddress {
  return { host: socket.remoteAddress ?? "?", port: socket.remotePort ?? 0 };
}

/** This end's address. */
export function localOf(socket: Socket): TcpAddress {
  return { host: socket.localAddress ?? "?", port: socket.localPort ?? 0 };
}
