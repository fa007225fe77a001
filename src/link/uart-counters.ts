import { readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import type { GapCause } from "../bytes/channel.ts";
import type { Clock } from "../time/clock.ts";
import { plus, seconds } from "../time/nanos.ts";

/** Errors that a UART's driver has counted since the system started. */
export type UartCounts = Readonly<Record<Extract<GapCause, "overrun" | "framing" | "parity">, number>>;

/**
 * Reads what the driver of a port has counted, from Linux' `/proc/tty` (serial_core.c, `uart_line_info`: `fe` framing, `pe` parity,
 * `oe` overruns of the chip, `bo` overruns of the kernel's buffer; a counter of 0 is left out). `undefined` where the
 * driver does not tell (USB adapters, pseudo-terminals, other systems) or it may not be read (root only, usually).
 */
export async function readUartCounts(path: string, folder = "/proc/tty"): Promise<UartCounts | undefined> {
  try {
    const device = await realpath(path);
    for (const row of (await readFile(join(folder, "drivers"), "utf8")).split("\n")) {
      const [driver, prefix] = row.trim().split(/\s+/);
      if (driver === undefined || prefix === undefined || !device.startsWith(prefix)) continue;
      const line = device.slice(prefix.length);
      if (!/^[0-9]+$/.test(line)) continue;
      const counts = countsOf(await readFile(join(folder, "driver", driver), "utf8"), line);
      if (counts !== undefined) return counts;
    }
  } catch {
    // Not there or not allowed: this port's errors cannot be counted.
  }
  return undefined;
}

function countsOf(text: string, line: string): UartCounts | undefined {
  const row = text.split("\n").find((one) => one.startsWith(`${line}: uart:`));
  if (row === undefined || row.startsWith(`${line}: uart:unknown`)) return undefined;
  const count = (name: string): number => Number(new RegExp(` ${name}:([0-9]+)`).exec(row)?.[1] ?? 0);
  return { overrun: count("oe") + count("bo"), framing: count("fe"), parity: count("pe") };
}

const EVERY = seconds(1);

/** Looks once a second and tells by how much each counter has grown, until the signal aborts. Without counters: not at all. */
export async function watchUartCounts(
  read: () => Promise<UartCounts | undefined>,
  clock: Clock,
  signal: AbortSignal,
  grown: (cause: keyof UartCounts, by: number) => void,
): Promise<void> {
  let before = await read();
  while (before !== undefined && !signal.aborted) {
    try {
      await clock.sleepUntil(plus(clock.now(), EVERY), signal);
    } catch {
      return;
    }
    const now = (await read()) ?? before;
    for (const cause of ["overrun", "framing", "parity"] as const) {
      if (now[cause] > before[cause]) grown(cause, now[cause] - before[cause]);
    }
    before = now;
  }
}
