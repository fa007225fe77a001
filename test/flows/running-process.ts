import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

/** Whether a process still runs: one that has ended and waits to be collected does not. */
export function runs(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Whether it ends soon. */
export async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 200 && runs(pid); tries += 1) await setTimeout(20);
  return !runs(pid);
}
