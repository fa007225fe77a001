import type { Step } from "../machine/machine.ts";
import { NANOS_PER_MILLI, type Nanos, plus } from "../time/nanos.ts";
import type { Device, DeviceConfig } from "./device.ts";

/** State of a device that talks by itself. */
export interface PeriodicState {
  readonly config: DeviceConfig;
  /** When it speaks next; absent while its wire is closed or it has said everything. */
  due: Nanos | undefined;
  said: number;
}

/** A device that says `message(n)` for n = 0, 1, … at its interval while its wire is open, and hears nothing. */
export function periodic(name: string, message: (n: number) => Uint8Array): Device<PeriodicState> {
  const next = (state: PeriodicState, at: Nanos): Nanos | undefined =>
    state.config.count > 0 && state.said >= state.config.count
      ? undefined
      : plus(at, state.config.intervalMs * NANOS_PER_MILLI);
  return {
    name,
    initial: (config) => ({ config, due: undefined, said: 0 }),
    step(state, input, at): Step<PeriodicState, Uint8Array> {
      const outputs: Uint8Array[] = [];
      if (input.type === "open") state.due = at;
      else if (input.type === "close") state.due = undefined;
      else if (input.type === "elapsed" && state.due !== undefined) {
        outputs.push(message(state.said));
        state.said += 1;
        state.due = next(state, state.due);
      }
      return { state, outputs };
    },
    deadline: (state) => state.due,
  };
}
