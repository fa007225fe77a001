import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { FieldtapeError } from "../../errors.ts";
import { formatTcpAddress, type TcpAddress } from "../../link/address.ts";
import type { SerialSettings } from "../../link/serial-settings.ts";
import { openSerialLink, openTcpLink, StreamLink } from "../../link/stream-link.ts";
import { finish, openFailed, TCP_DEFAULTS, tune } from "../../link/tcp.ts";
import type { WirePort } from "../../replayer/wire-port.ts";
import type { Clock } from "../../time/clock.ts";
import type { WireTarget } from "./plan.ts";

/** Connections that wait for their channel, at most; more are refused. */
const WAITING_MAX = 64;

/**
 * Where the live program is. `clock` stamps what it says; `say` tells where it is waited for.
 *
 * @throws FieldtapeError LINK_OPEN_FAILED where it is to connect to us and cannot
 */
export async function openWirePort(
  target: Exclude<WireTarget, { type: "spawn" }>,
  clock: Clock,
  say: (text: string) => void,
): Promise<WirePort> {
  switch (target.type) {
    case "tcp":
      return {
        open: (_, signal) => openTcpLink(target.to, TCP_DEFAULTS, clock, signal),
        [Symbol.asyncDispose]: async () => {},
      };
    case "serial":
      return serialPort(target.path, target.settings, clock);
    case "tcp-listen":
      return listeningPort(target.listen, clock, say);
  }
}

/** One line has room for one channel. */
function serialPort(path: string, settings: SerialSettings, clock: Clock): WirePort {
  let taken: number | undefined;
  return {
    async open({ channel }) {
      if (taken !== undefined && taken !== channel) {
        throw new FieldtapeError("USAGE", `channels ${taken} and ${channel} cannot share serial:${path}`, {
          hint: "choose one with --channel",
        });
      }
      taken = channel;
      return openSerialLink(path, settings, clock);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Each channel gets the connection that comes next. `address` is where it really listens. */
export async function listeningPort(
  at: TcpAddress,
  clock: Clock,
  say: (text: string) => void,
): Promise<WirePort & { readonly address: TcpAddress }> {
  const waiting: Socket[] = [];
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    if (waiting.length >= WAITING_MAX) {
      socket.destroy();
      return;
    }
    tune(socket, TCP_DEFAULTS);
    socket.on("error", () => {}); // one that goes away while it waits is only closed
    waiting.push(socket);
    server.emit("waiting");
  });
  server.listen({ port: at.port, ...(at.host === "*" ? {} : { host: at.host }) });
  try {
    await once(server, "listening");
  } catch (cause) {
    throw openFailed(`cannot listen on ${formatTcpAddress(at)}`, cause);
  }
  const bound = server.address();
  const address = bound === null || typeof bound === "string" ? at : { host: bound.address, port: bound.port };
  const name = `tcp:${formatTcpAddress(address)}`;
  say(`listening on ${name}`);
  return {
    address,
    async open(channel, signal) {
      for (;;) {
        const socket = waiting.shift();
        if (socket === undefined) {
          say(`waiting on ${name} for a program to connect (channel ${channel.name})`);
          await once(server, "waiting", { signal });
        } else if (!socket.destroyed) {
          const link = new StreamLink(socket, name, clock, () => finish(socket));
          socket.resume();
          return link;
        }
      }
    },
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of waiting) socket.destroy();
    },
  };
}
