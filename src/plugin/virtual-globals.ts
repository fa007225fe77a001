import { createRequire, syncBuiltinESMExports } from "node:module";
import process from "node:process";
import { Random } from "../bytes/random.ts";
import { NANOS_PER_MILLI, NANOS_PER_SECOND } from "../time/nanos.ts";
import type { Callback, VirtualTimers } from "./virtual-timers.ts";

/** What somebody's code sees of time and chance while it is stepped. */
export interface VirtualWorld {
  readonly timers: VirtualTimers;
  readonly random: Random;
  /** Hears the name of everything that is asked for. */
  readonly noted?: (name: string) => void;
}

/** Chance is the same at every run: what hangs on it can be replayed. */
export function virtualWorld(timers: VirtualTimers, name: string): VirtualWorld {
  return { timers, random: new Random(0, name) };
}

let world: VirtualWorld | undefined;

/** Does `work` with `inside` in the place of the real world. */
export function within<T>(inside: VirtualWorld, work: () => T): T {
  const before = world;
  world = inside;
  try {
    return work();
  } finally {
    world = before;
  }
}

/** What `setTimeout` answers: as much of a Node timer as code asks of one. */
class VirtualTimeout {
  readonly #timers: VirtualTimers;
  readonly #delay: unknown;
  readonly #id: number;

  constructor(timers: VirtualTimers, id: number, delay: unknown) {
    this.#timers = timers;
    this.#id = id;
    this.#delay = delay;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  hasRef(): boolean {
    return this.#timers.has(this.#id);
  }
  refresh(): this {
    this.#timers.refresh(this.#id, this.#delay);
    return this;
  }
  close(): this {
    this.#timers.clear(this.#id);
    return this;
  }
  [Symbol.toPrimitive](): number {
    return this.#id;
  }
  [Symbol.dispose](): void {
    this.close();
  }
}

/** A function of the real world whose place another one takes while code is stepped. */
function standIn(
  owner: object,
  name: string,
  virtual: (inside: VirtualWorld, given: readonly unknown[]) => unknown,
): void {
  const real: unknown = Reflect.get(owner, name);
  if (typeof real !== "function") return;
  const both = function (this: unknown, ...given: readonly unknown[]): unknown {
    if (world === undefined) return Reflect.apply(real, this ?? owner, given);
    world.noted?.(name);
    return virtual(world, given);
  };
  // What else hangs on it, say the promise form of setTimeout, stays.
  Object.defineProperties(both, Object.getOwnPropertyDescriptors(real));
  Object.defineProperty(owner, name, { value: both, configurable: true, writable: true, enumerable: true });
}

/**
 * Puts stand-ins in the place of the clocks, timers and chance of this process: outside `within` they do what those did. Whoever imports
 * this before the code that it is for also reaches functions that the code took when it was loaded.
 */
function installStandIns(): void {
  for (const owner of [globalThis, createRequire(import.meta.url)("node:timers")]) {
    standIn(owner, "setTimeout", ({ timers }, given) => start(timers, given, false));
    standIn(owner, "setInterval", ({ timers }, given) => start(timers, given, true));
    standIn(
      owner,
      "setImmediate",
      ({ timers }, [callback, ...rest]) =>
        new VirtualTimeout(timers, timers.soon(called(callback, rest), "immediate"), 1),
    );
    for (const name of ["clearTimeout", "clearInterval", "clearImmediate"])
      standIn(owner, name, ({ timers }, [timer]) => stop(timers, timer));
  }
  standIn(globalThis, "queueMicrotask", ({ timers }, [callback]) => void timers.soon(called(callback, []), "tick"));
  standIn(process, "nextTick", ({ timers }, [callback, ...rest]) => void timers.soon(called(callback, rest), "tick"));
  const { performance } = globalThis;
  standIn(performance, "now", ({ timers }) => timers.now / NANOS_PER_MILLI);
  const { hrtime } = process;
  standIn(hrtime, "bigint", ({ timers }) => BigInt(timers.now));
  standIn(process, "hrtime", ({ timers }, [since]) => hrtimeOf(timers.now, since));
  standIn(Math, "random", ({ random }) => random.next() / 0x1_0000_0000);
  globalThis.Date = virtualDate(globalThis.Date);
  syncBuiltinESMExports();
}

function start(
  timers: VirtualTimers,
  [callback, delay, ...rest]: readonly unknown[],
  repeats: boolean,
): VirtualTimeout {
  return new VirtualTimeout(timers, timers.set(called(callback, rest), delay, repeats), delay);
}

function stop(timers: VirtualTimers, timer: unknown): void {
  if (timer instanceof VirtualTimeout) timer.close();
  else if (typeof timer === "number") timers.clear(timer);
}

function called(callback: unknown, given: readonly unknown[]): Callback {
  if (typeof callback !== "function") throw new TypeError("the callback must be a function");
  return () => void Reflect.apply(callback, undefined, given);
}

function hrtimeOf(now: number, since: unknown): readonly [number, number] {
  const [seconds = 0, nanos = 0]: readonly unknown[] = Array.isArray(since) ? since : [];
  const passed = now - (Number(seconds) * NANOS_PER_SECOND + Number(nanos));
  const whole = Math.floor(passed / NANOS_PER_SECOND);
  return [whole, passed - whole * NANOS_PER_SECOND];
}

/** The tape begins at 1970-01-01: what date it was is none of a machine's business, unless an input says so. */
function virtualDate(real: DateConstructor): DateConstructor {
  const millis = (): number | undefined =>
    world === undefined ? undefined : Math.floor(world.timers.now / NANOS_PER_MILLI);
  const now = (): number => {
    world?.noted?.("Date");
    return millis() ?? real.now();
  };
  return new Proxy(real, {
    construct: (target, given: [], made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made),
    apply: () => new real(now()).toString(),
    get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
  });
}

installStandIns();
