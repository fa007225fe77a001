import process from "node:process";
import { type Containment, containment } from "../../plugin/sandbox.ts";
import { type Finding, note, ok } from "./finding.ts";

const FLAGS = ["--permission", "--experimental-permission"];
const READ = "see docs/writing-a-subject.md for what then holds a program of yours";

/** What this system has to hold a module or a program of the user's own. */
export async function examineSandbox(): Promise<readonly Finding[]> {
  const permissions = FLAGS.some((flag) => process.allowedNodeEnvironmentFlags.has(flag));
  return [
    permissions
      ? ok("own modules, files", "Node.js keeps them to what they may read and write")
      : note("own modules, files", "this Node.js has no permission model", READ),
    ...holds(await containment()),
  ];
}

export function holds({ namespaces, deathSignal, memoryLimit }: Containment): readonly Finding[] {
  const told = (about: string, can: boolean, words: string, without: string): Finding =>
    can ? ok(about, words) : note(about, without, READ);
  return [
    told(
      "own programs, network",
      namespaces,
      "they get a network of their own with nothing in it",
      "they cannot be kept from the network: unshare is missing, or this system allows no user namespaces",
    ),
    told(
      "own programs, memory",
      memoryLimit,
      "the kernel refuses memory beyond a limit",
      "memory is watched, not limited: prlimit is missing",
    ),
    told(
      "own programs, end",
      deathSignal,
      "they end with fieldtape, however that ends",
      "when fieldtape is killed they may go on: setpriv is missing",
    ),
  ];
}
