import { readFileSync } from "node:fs";
import { millis, type Nanos, nanos } from "../time/nanos.ts";

const PAGE_BYTES = 4096;
/** What Linux counts processor time in, for every program that reads it. */
const TICK = millis(10);
/** More are not looked at: what starts so many is stopped for its time. */
const PROCESSES_MAX = 1000;

/** Resident memory of a process and all that it started, in bytes; 0 where the system does not tell (Linux does). */
export function residentBytes(root: number): number {
  return (
    familyOf(root).reduce((bytes, pid) => bytes + Number(told(`/proc/${pid}/statm`).split(" ")[1] ?? 0), 0) * PAGE_BYTES
  );
}

/** Processor time that a process and all that it started have taken so far; 0 where the system does not tell. */
export function processorTime(root: number): Nanos {
  // proc_pid_stat(5): the name in parentheses may hold spaces; behind it, utime and stime are the 12th and 13th.
  const ticks = familyOf(root).map((pid) => {
    const fields = told(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ") ?? [];
    return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  });
  return nanos(ticks.reduce((sum, one) => sum + one, 0) * TICK);
}

function familyOf(root: number): readonly number[] {
  const processes = [root];
  for (let index = 0; index < Math.min(processes.length, PROCESSES_MAX); index += 1) {
    const pid = processes[index];
    for (const child of told(`/proc/${pid}/task/${pid}/children`).split(" "))
      if (child !== "") processes.push(Number(child));
  }
  return processes.slice(0, PROCESSES_MAX);
}

/** Empty for a process that is gone. */
function told(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
