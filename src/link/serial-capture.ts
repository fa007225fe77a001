import type { Dir } from "../bytes/channel.ts";
import type { Clock } from "../time/clock.ts";
import type { Arrivals } from "./arrivals.ts";
import { SerialEnd, type SerialHandler } from "./serial-end.ts";
import { formatSerialSettings, type SerialSettings } from "./serial-settings.ts";
import type { Source, WhenCrowded } from "./source.ts";
import { readUartCounts, watchUartCounts } from "./uart-counters.ts";

export interface SerialCaptureOptions {
  readonly path: string;
  /** A second port: whatever one of the two sends is passed on to the other. */
  readonly bridge?: string;
  readonly settings: SerialSettings;
  readonly name: string;
  readonly reconnect: boolean;
  readonly whenCrowded: WhenCrowded;
  readonly clock: Clock;
}

/**
 * Records a serial port (`rx`; it sends nothing), or stands between two: then `rx` is what comes from `path`, the device's side, and `tx`
 * what comes from `bridge`. Unplugged ports are `lost` with a gap behind them, and are opened again when they are back.
 * Overruns and line errors that the port's driver counts are gaps, up to a second late.
 *
 * @throws FieldtapeError LINK_OPEN_FAILED
 */
export async function openSerial(arrivals: Arrivals, options: SerialCaptureOptions): Promise<Source> {
  const { path, bridge } = options;
  const paths = bridge === undefined ? [path] : [path, bridge];
  const ends = await openAll(paths, options);
  const channel = arrivals.channel({
    name: options.name,
    kind: "stream",
    source: `serial:${path}`,
    settings: {
      role: bridge === undefined ? "capture" : "tap",
      ...(bridge === undefined ? {} : { bridge }),
      ...options.settings,
    },
  });
  arrivals.link(channel, "open");
  const stopping = new AbortController();
  const running = ends.map((end, index) => {
    const dir = index === 0 ? "rx" : "tx";
    void watchUartCounts(
      () => readUartCounts(end.path),
      options.clock,
      stopping.signal,
      // A character with a bad parity or frame is on the tape as the UART made it out: nothing is missing but its truth.
      (cause, by) => arrivals.gap(channel, dir, cause, cause === "overrun" ? by : undefined),
    );
    return end.run(handlerOf({ arrivals, channel, dir, other: ends[1 - index], whenCrowded: options.whenCrowded }));
  });
  return {
    description: `serial port ${paths.join(" <-> ")} at ${formatSerialSettings(options.settings)}`,
    name: `serial:${path}`,
    notes: ends.flatMap((end) => (end.note === undefined ? [] : [`${end.path}: ${end.note}`])),
    ended: Promise.race(running),
    async close() {
      stopping.abort();
      await Promise.all(ends.map((end) => end.close()));
      await Promise.all(running);
      arrivals.link(channel, "close", { reason: "stop" });
    },
  };
}

async function openAll(paths: readonly string[], options: SerialCaptureOptions): Promise<readonly SerialEnd[]> {
  const ends: SerialEnd[] = [];
  try {
    for (const path of paths) ends.push(await SerialEnd.open({ ...options, path }));
    return ends;
  } catch (thrown) {
    for (const end of ends) await end.close();
    throw thrown;
  }
}

interface HandlerOptions {
  readonly arrivals: Arrivals;
  readonly channel: number;
  /** Which way this port's bytes go. */
  readonly dir: Dir;
  /** The port that they are passed on to. */
  readonly other: SerialEnd | undefined;
  readonly whenCrowded: WhenCrowded;
}

function handlerOf({ arrivals, channel, dir, other, whenCrowded }: HandlerOptions): SerialHandler {
  return {
    openedAgain() {
      arrivals.link(channel, "open", { dir });
    },
    bytes(bytes, reading) {
      const at = arrivals.now();
      if (other?.write(bytes) === false) reading.hold("blocked");
      arrivals.raw(channel, dir, bytes, at);
      reading.waitFor(arrivals, whenCrowded);
    },
    lost(reason) {
      arrivals.link(channel, "lost", { dir, reason });
      // Whatever this end says until it is back is not on the tape.
      arrivals.gap(channel, dir, "truncated");
    },
    drained() {
      other?.release();
    },
  };
}
