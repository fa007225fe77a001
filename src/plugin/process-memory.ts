import { readFileSync } from "node:fs";

const PAGE_BYTES = 4096;
/** More are not looked at: what starts so many is stopped for its time. */
const PROCESSES_MAX = 1000;

/** Resident memory of a process and all that it started, in bytes; 0 where the system does not tell (Linux does). */
export function residentBytes(root: number): number {
  let bytes = 0;
  const processes = [root];
  for (let index = 0; index < Math.min(processes.length, PROCESSES_MAX); index += 1) {
    const pid = processes[index];
    bytes += Number(told(`/proc/${pid}/statm`).split(" ")[1] ?? 0) * PAGE_BYTES;
    for (const child of told(`/proc/${pid}/task/${pid}/children`).split(" ")) {
      if (child !== "") processes.push(Number(child));
    }
  }
  return bytes;
}

/** Empty for a process that is gone. */
function told(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
