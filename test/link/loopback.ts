import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { TcpAddress } from "../../src/link/address.ts";
import type { Arrival } from "../../src/link/arrival.ts";
import { Arrivals } from "../../src/link/arrivals.ts";
import { SystemClock } from "../../src/time/system-clock.ts";

/** Arrivals on the system's clock. */
export function recording(bytesMax?: number) {
  const clock = new SystemClock({ sleep: "coarse" });
  const arrivals = new Arrivals({ clock, origin: clock.now(), ...(bytesMax === undefined ? {} : { bytesMax }) });
  return { clock, arrivals };
}

/** A device on a port of this machine that the system chooses; `serve` gets each connection. */
export async function device(serve: (socket: Socket) => void): Promise<{ server: Server; address: TcpAddress }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    serve(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, address: { host: "127.0.0.1", port: (server.address() as AddressInfo).port } };
}

/** An address where nobody listens. */
export async function deadAddress(): Promise<TcpAddress> {
  const { server, address } = await device(() => {});
  server.close();
  await once(server, "close");
  return address;
}

export async function dial(address: TcpAddress): Promise<Socket> {
  const socket = connect({ ...address, allowHalfOpen: true });
  await once(socket, "connect");
  return socket;
}

/** All that comes until the other end closes its half. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The bytes of one direction of a channel, joined. */
export function bytesOf(arrivals: readonly Arrival[], dir: "rx" | "tx", channel = 0): Buffer {
  return Buffer.concat(
    arrivals.flatMap((one) => (one.type === "raw" && one.dir === dir && one.channel === channel ? [one.bytes] : [])),
  );
}

/** What happened to a channel's link, in short: `open`, `half-close tx`, `reset rx ECONNRESET`. */
export function changesOf(arrivals: readonly Arrival[], channel = 0): string[] {
  return arrivals.flatMap((one) => {
    if (one.type === "gap" && one.channel === channel) return [`gap ${one.dir} ${one.cause}`];
    if (one.type !== "link" || one.channel !== channel) return [];
    return [[one.event, one.dir, one.reason].filter((part) => part !== undefined).join(" ")];
  });
}

export const everything = (arrivals: Arrivals): readonly Arrival[] => arrivals.take(Number.POSITIVE_INFINITY);
