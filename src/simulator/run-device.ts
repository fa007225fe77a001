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
  let next = events.next();
  await tell({ type: "open" });
  while (!signal.aborted) {
    const event = await firstOf(next, device.deadline(state), clock, signal);
    if (event === "aborted") return;
    if (event === "elapsed") await tell(ELAPSED);
    else if (event.done === true) return;
    else {
      const input = heard(event.value);
      if (input !== undefined) await tell(input);
      if (input?.type === "close") return;
      next = events.next();
    }
  }
}

/** A master that says no more is gone for a device; lost bytes are the device's bad luck. */
function heard(event: LinkEvent): DeviceInput | undefined {
  if (event.type === "bytes") return { type: "bytes", bytes: event.bytes };
  if (event.type === "gap") return undefined;
  return { type: event.change === "open" ? "open" : "close" };
}

/** The next event of the wire, or the deadline, whichever comes first. */
async function firstOf(
  next: Promise<IteratorResult<LinkEvent>>,
  deadline: ReturnType<Device["deadline"]>,
  clock: Clock,
  signal: AbortSignal,
): Promise<IteratorResult<LinkEvent> | "elapsed" | "aborted"> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const asleep = (
    deadline === undefined
      ? new Promise<never>((_, reject) => onAbort(either, reject))
      : clock.sleepUntil(deadline, either)
  ).then(
    () => "elapsed" as const,
    () => "aborted" as const,
  );
  try {
    return await Promise.race([next, asleep]);
  } finally {
    over.abort();
  }
}

function onAbort(signal: AbortSignal, then: (reason: unknown) => void): void {
  if (signal.aborted) then(signal.reason);
  else signal.addEventListener("abort", () => then(signal.reason), { once: true });
}
