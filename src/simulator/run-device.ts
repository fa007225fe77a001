import type { Link, LinkEvent } from "../link/link.ts";
import { ELAPSED, type Elapsed } from "../machine/machine.ts";
import type { Clock } from "../time/clock.ts";
import type { Device, DeviceConfig, DeviceInput } from "./device.ts";

export interface RunDeviceOptions {
  readonly config: DeviceConfig;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Plays `device` on a real wire until the wire is closed or the signal comes. */
export async function runDevice<State>(device: Device<State>, link: Link, options: RunDeviceOptions): Promise<void> {
  const { clock, signal } = options;
  let state = device.initial(options.config);
  const tell = async (input: DeviceInput | Elapsed): Promise<void> => {
    const step = device.step(state, input, clock.now());
    state = step.state;
    for (const bytes of step.outputs) await link.send(bytes);
  };
  const events = link.events[Symbol.asyncIterator]();
  let coming = new Coming(events.next());
  await tell({ type: "open" });
  while (!signal.aborted) {
    const first = await firstOf(coming, device.deadline(state), clock, signal);
    if (first === "aborted") return;
    if (first === "elapsed") await tell(ELAPSED);
    else {
      const event = await coming.event;
      if (event.done === true) return;
      const input = heard(event.value);
      if (input !== undefined) await tell(input);
      if (input?.type === "close") return;
      coming = new Coming(events.next());
    }
  }
}

/** A master that says no more is gone for a device; lost bytes are the device's bad luck. */
function heard(event: LinkEvent): DeviceInput | undefined {
  if (event.type === "bytes") return { type: "bytes", bytes: event.bytes };
  if (event.type === "gap") return undefined;
  return { type: event.change === "open" ? "open" : "close" };
}

/** The next event of a wire, to be waited for again and again. Racing its promise would keep something of every race until it comes. */
class Coming {
  readonly event: Promise<IteratorResult<LinkEvent>>;
  #come = false;
  #wake: () => void = () => {};

  constructor(event: Promise<IteratorResult<LinkEvent>>) {
    this.event = event;
    const come = (): void => {
      this.#come = true;
      this.#wake();
    };
    event.then(come, come);
  }

  /** Calls back when it has come, unless another call comes first. */
  wakes(wake: () => void): void {
    this.#wake = wake;
    if (this.#come) wake();
  }
}

/** The next event of the wire, or the deadline, whichever comes first. */
async function firstOf(
  coming: Coming,
  deadline: ReturnType<Device["deadline"]>,
  clock: Clock,
  signal: AbortSignal,
): Promise<"come" | "elapsed" | "aborted"> {
  if (signal.aborted) return "aborted";
  const over = new AbortController();
  const end = (): void => over.abort();
  // Not AbortSignal.any: Node keeps something of each for as long as `signal` lives, and a device may be played for weeks.
  signal.addEventListener("abort", end);
  try {
    return await new Promise((resolve) => {
      coming.wakes(() => resolve("come"));
      if (deadline === undefined) over.signal.addEventListener("abort", () => resolve("aborted"), { once: true });
      else
        clock.sleepUntil(deadline, over.signal).then(
          () => resolve("elapsed"),
          () => resolve("aborted"),
        );
    });
  } finally {
    signal.removeEventListener("abort", end);
    over.abort();
  }
}
