import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { formatTcpAddress, type TcpAddress } from "../link/address.ts";
import { StreamLink } from "../link/stream-link.ts";
import { finish, openFailed } from "../link/tcp.ts";
import type { PlayDevice } from "./devices.ts";
import type { RunDeviceOptions } from "./run-device.ts";

const CONNECTIONS_MAX = 1_024;

/** A device that answers on a TCP port, a new one for each connection. */
export interface ServedDevice extends AsyncDisposable {
  readonly address: TcpAddress;
}

/** @throws FieldtapeError LINK_OPEN_FAILED: the port is taken, not allowed, or not this machine's. */
export async function serveDevice(play: PlayDevice, at: TcpAddress, options: RunDeviceOptions): Promise<ServedDevice> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    const link = new StreamLink(socket, "tcp", options.clock, () => finish(socket));
    // A peer that leaves in the middle of an answer is no failure of the device.
    play(link, options)
      .catch(() => undefined)
      .finally(() => link[Symbol.asyncDispose]().finally(() => sockets.delete(socket)));
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.listen({ host: at.host, port: at.port });
  try {
    await once(server, "listening");
  } catch (cause) {
    throw openFailed(`cannot listen on ${formatTcpAddress(at)}`, cause);
  }
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : at.port;
  return {
    address: { host: at.host, port },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
