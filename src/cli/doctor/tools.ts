import { findProgram } from "../find-program.ts";
import { type Finding, note, ok } from "./finding.ts";

/** Programs that fieldtape starts, or that its documentation uses: none of them is needed. */
const TOOLS: readonly (readonly [program: string, use: string])[] = [
  ["unshare", "keep a module or program of yours from the network"],
  ["prlimit", "keep a module or program of yours from taking all memory"],
  ["setpriv", "end a module of yours when fieldtape is killed"],
  ["faketime", "give a live program the tape's date (replay --spawn)"],
  ["systemd-notify", "tell systemd that a recording lives (record --service)"],
  ["git", "suite run --changed-since"],
  ["redis-server", "suite run --engine bullmq on this machine"],
  ["socat", "pairs of serial ports to try things on"],
  ["tshark", "look into exported captures"],
  ["python3", "subjects in Python"],
  ["cc", "subjects in C"],
  ["chromium", "look at HTML reports"],
];

/** Which optional programs are here, and what the others would be for. */
export function examineTools(path: string): readonly Finding[] {
  const isHere = (program: string): boolean => findProgram(program, { folder: "/", path }) !== undefined;
  const missing = TOOLS.filter(([program]) => !isHere(program));
  const here = TOOLS.filter(([program]) => isHere(program)).map(([program]) => program);
  return [
    ...(here.length === 0 ? [] : [ok("optional programs", here.join(", "))]),
    ...missing.map(([program, use]) => note(program, `not installed; would be for: ${use}`)),
  ];
}
