import type { Socket } from "node:net";
import type { Dir } from "../bytes/channel.ts";
import { formatTcpAddress, type TcpAddress } from "./address.ts";
import type { Arrivals } from "./arrivals.ts";
import { Holding } from "./holding.ts";
import type { Source, WhenCrowded } from "./source.ts";
import { changeOf, finish, reasonOf, resetWhenWritten, startConnecting, type TcpOptions } from "./tcp.ts";
import { type Connection, localOf, openTcpListener, peerOf } from "./tcp-listener.ts";
import { Wire } from "./wire.ts";

export interface TcpTapOptions extends TcpOptions {
  readonly listen: TcpAddress;
  /** The device's end. */
  readonly to: TcpAddress;
  /** The channels' name; each connection adds its number: `plc#1`. */
  readonly name: string;
  readonly whenCrowded: WhenCrowded;
}

/**
 * Stands between two ends of TCP: for each connection that it accepts it makes one to the device and passes every byte on,
 * both ways, before it records it. Half-closes, resets and refused connections reach the other end as what they are, and
 * each end is read only as fast as the other takes the bytes. `rx` is what comes from the device.
 *
 * @throws FieldtapeError LINK_OPEN_FAILED
 */
export async function openTcpTap(arrivals: Arrivals, options: TcpTapOptions): Promise<Source> {
  const device = formatTcpAddress(options.to);
  const listener = await openTcpListener(options.listen, options, arrivals, (client, number) =>
    tap(client, startConnecting(options.to, options), {
      arrivals,
      whenCrowded: options.whenCrowded,
      wire: new Wire(arrivals, {
        name: `${options.name}#${number}`,
        kind: "stream",
        source: `tcp:${device}`,
        settings: {
          role: "tap",
          listen: formatTcpAddress(localOf(client)),
          client: formatTcpAddress(peerOf(client)),
          device,
        },
      }),
    }),
  );
  return {
    description: `tap ${formatTcpAddress(listener.address)} -> ${device}`,
    name: `tcp:${device}`,
    notes: [],
    ended: listener.ended,
    close: () => listener.close(),
  };
}

interface TapOptions {
  readonly arrivals: Arrivals;
  readonly whenCrowded: WhenCrowded;
  readonly wire: Wire;
}

/** One connection through the tap: from `client`, which is paused, to `device`, which is being connected. */
function tap(client: Socket, device: Socket, options: TapOptions): Connection {
  const { wire } = options;
  const passages = [new Passage(client, device, "tx", options), new Passage(device, client, "rx", options)];
  const stopReading = (): void => {
    for (const passage of passages) passage.stop();
  };
  device.once("connect", () => {
    wire.opened();
    client.resume();
  });
  device.once("error", (error) => {
    if (!wire.wasOpen) wire.failed(changeOf(error), { dir: "rx", reason: reasonOf(error) });
  });
  const closed = Promise.all(
    [client, device].map((socket) => {
      socket.once("error", stopReading);
      return new Promise((resolve) => socket.once("close", resolve));
    }),
  );
  let stopped = false;
  void closed.then(() => wire.ended("close", stopped ? { reason: "stop" } : {}));
  return {
    closed,
    async stop() {
      stopped = true;
      stopReading();
      await Promise.all([finish(client), finish(device)]);
    },
  };
}

/** One way through the tap: what `from` sends goes to `to`, and then to the tape. */
class Passage {
  readonly #holding: Holding;

  constructor(from: Socket, to: Socket, dir: Dir, { arrivals, whenCrowded, wire }: TapOptions) {
    const holding = new Holding(from);
    this.#holding = holding;
    from.on("data", (bytes) => {
      const at = arrivals.now();
      if (!to.write(bytes)) holding.hold("blocked");
      wire.raw(dir, bytes, at);
      holding.waitFor(arrivals, whenCrowded);
    });
    to.on("drain", () => holding.release("blocked"));
    from.once("end", () => {
      wire.fellSilent(dir);
      to.end();
    });
    from.once("error", (error) => {
      wire.ended(changeOf(error), { dir, reason: reasonOf(error) });
      resetWhenWritten(to);
    });
  }

  stop(): void {
    this.#holding.stop();
  }
}
