import { execFile } from "node:child_process";
import process from "node:process";

/** A command as an argument list, never for a shell. */
export type Command = readonly [file: string, ...args: string[]];

/** What this system can do to hold another program, found out by trying. */
export interface Containment {
  /** Its own network, with nothing in it, and its own processes: it sees no other, and none outlives it. */
  readonly namespaces: boolean;
  /** It dies with the thread that started it, however that dies. */
  readonly deathSignal: boolean;
  /** The kernel refuses memory beyond a limit, rather than that it is watched. */
  readonly memoryLimit: boolean;
}

const NAMESPACES: Command = [
  "unshare",
  "--user",
  "--map-current-user",
  "--net",
  "--pid",
  "--fork",
  "--kill-child",
  "--mount-proc",
];
/** `no-new-privs`: no program with the rights of its owner. */
const DEATH_SIGNAL: Command = ["setpriv", "--pdeathsig", "KILL", "--no-new-privs"];

let found: Promise<Containment> | undefined;

/** Tried once: what does not work here does not work later either. */
export function containment(): Promise<Containment> {
  found ??= probe();
  return found;
}

async function probe(): Promise<Containment> {
  if (process.platform !== "linux") return { namespaces: false, deathSignal: false, memoryLimit: false };
  const [namespaces, deathSignal, memoryLimit] = await Promise.all([
    works([...NAMESPACES, "true"]),
    works([...DEATH_SIGNAL, "true"]),
    works(["prlimit", "--core=0", "true"]),
  ]);
  return { namespaces, deathSignal, memoryLimit };
}

function works([file, ...args]: Command): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(file, args, { timeout: 5000, env: scrubbedEnvironment() }, (error) => resolve(error === null));
  });
}

/** Processes and threads in namespaces of their own, where others do not count. */
const PROCESSES_MAX = 256;
/** What a program takes before it has done anything: its threads' stacks, a runtime's own heap. */
const MEMORY_SLACK = 256 * 1024 * 1024;

/** `command`, held as well as this system can. `memory` in bytes. */
export function contained(command: Command, memory: number, can: Containment): Command {
  const inside = can.namespaces ? [`--nproc=${PROCESSES_MAX}`] : [];
  const limits = can.memoryLimit ? ["prlimit", "--core=0", `--data=${memory + MEMORY_SLACK}`, ...inside] : [];
  const spaces = can.namespaces ? NAMESPACES : [];
  const bond = can.deathSignal ? DEATH_SIGNAL : [];
  const [file = command[0], ...args] = [...bond, ...spaces, ...limits, ...command];
  return [file, ...args];
}

/** Variables that a program may need and that hold no secret. */
const PASSED_ON = ["PATH", "SystemRoot", "PATHEXT"] as const;

/**
 * What is said to a subject of the place where it runs: nothing of this machine's. Where a run is repeated in other surroundings they are its
 * own (`FIELDTAPE_SUBJECT_ZONE`, `…_LOCALE`, `…_DAYS`), so that a subject which lets them out is found.
 */
const NO_PLACE = { zone: "UTC", locale: "C.UTF-8", days: "0" };

/** The same on every machine but for where programs are found: no home, no proxy, no token. */
export function scrubbedEnvironment(): NodeJS.ProcessEnv {
  const passed = PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  const zone = process.env["FIELDTAPE_SUBJECT_ZONE"] ?? NO_PLACE.zone;
  const locale = process.env["FIELDTAPE_SUBJECT_LOCALE"] ?? NO_PLACE.locale;
  const days = process.env["FIELDTAPE_SUBJECT_DAYS"] ?? NO_PLACE.days;
  return {
    ...Object.fromEntries(passed),
    TZ: zone,
    LANG: locale,
    ...(days === NO_PLACE.days ? {} : { FIELDTAPE_SUBJECT_DAYS: days }),
    // Python's sets and dictionaries of strings keep one order.
    PYTHONHASHSEED: "0",
  };
}
