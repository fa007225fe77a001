import type { Machine } from "../machine/machine.ts";

/** What a simulated device hears from its wire. */
export type DeviceInput =
  | { readonly type: "open" }
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  | { readonly type: "close" };

/** How a simulated device behaves beyond its nature. */
export interface DeviceConfig {
  /** Time between two things that it says by itself, in milliseconds. */
  readonly intervalMs: number;
  /** Says so many things by itself and then falls silent; 0: never. */
  readonly count: number;
}

/**
 * A simulated device is a machine that answers with bytes. What it says depends on how often it was asked and on its
 * configuration only, so a recording of it has the same content every time.
 */
export type Device<State = unknown> = Machine<DeviceConfig, State, DeviceInput, Uint8Array>;

/** A value that goes down from `top` to `bottom` and up again, `step` at a time: tick 0 is the top. */
export function triangle(tick: number, { top, bottom, step }: { top: number; bottom: number; step: number }): number {
  const half = Math.ceil((top - bottom) / step);
  const phase = tick % (2 * half);
  return phase <= half ? Math.max(bottom, top - phase * step) : Math.min(top, bottom + (phase - half) * step);
}
