import type { Containment } from "../../plugin/sandbox.ts";

/** What of a subject in another process this system can hold, and what it cannot. */
export function containmentLines({ namespaces, deathSignal, memoryLimit }: Containment): readonly string[] {
  const lacking = [
    ...(namespaces ? [] : ["no namespaces: a subject can reach the network, and see and kill your processes"]),
    ...(deathSignal
      ? []
      : ["no death signal: a subject that ignores the end of its input outlives a killed fieldtape"]),
    ...(memoryLimit ? [] : ["no limit by the kernel: memory is only looked at every 100 ms"]),
  ];
  if (lacking.length === 0) return ["held here: no network, no other processes, limited memory, no life beyond ours"];
  return [...lacking, "util-linux on Linux has unshare, setpriv and prlimit; see docs/plugins.md"];
}
