// Plays a device that has a deadline every millisecond, and is told nothing, for so many of them; says how much memory is kept then:
// `play-for-long COUNT`, under --expose-gc.
import process from "node:process";
import type { Link } from "../../src/link/link.ts";
import type { Device } from "../../src/simulator/device.ts";
import { runDevice } from "../../src/simulator/run-device.ts";
import { millis, type Nanos, plus, ZERO } from "../../src/time/nanos.ts";
import { turn } from "../../src/time/system-clock.ts";
import { VirtualClock } from "../../src/time/virtual-clock.ts";

const count = Number(process.argv[2]);
const ticking: Device<Nanos> = {
  name: "ticking",
  initial: () => ZERO,
  step: (_, __, at) => ({ state: plus(at, millis(1)), outputs: [] }),
  deadline: (next) => next,
};
const silent: Link = {
  events: { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) },
  send: async () => {},
  [Symbol.asyncDispose]: async () => {},
};
const kept = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};
const clock = new VirtualClock(turn);
const over = new AbortController();
const played = runDevice(ticking, silent, { config: { intervalMs: 1, count: 0 }, clock, signal: over.signal });
const before = kept();
for (let tick = 0; tick < count; tick++) await clock.advance(clock.nextWake ?? clock.now());
const grown = kept() - before;
over.abort();
await played;
process.stdout.write(JSON.stringify({ grown }));
