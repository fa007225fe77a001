import { mkdirSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { homeFolder } from "./home-folder.ts";

/** What is kept there: one folder for each. */
export type StatePart = "logs" | "crashes";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder in which the program keeps what it says of itself, logs and crash reports: `$FIELDTAPE_STATE`, else
 * `$XDG_STATE_HOME/fieldtape`, else `~/.local/state/fieldtape`. It need not exist yet.
 */
export function stateFolder(environment: Environment): string {
  const own = environment["FIELDTAPE_STATE"];
  if (own !== undefined && own !== "") return resolve(own);
  const shared = environment["XDG_STATE_HOME"];
  // XDG Base Directory Specification 0.8: paths set in these variables must be absolute; a relative one is ignored.
  const base = shared !== undefined && isAbsolute(shared) ? shared : join(homeFolder(), ".local", "state");
  return join(base, "fieldtape");
}

/**
 * One of its folders, made when it is not there, for its owner alone.
 *
 * @throws the system's error when it cannot be made
 */
export function openStateFolder(part: StatePart, environment: Environment): string {
  const folder = join(stateFolder(environment), part);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}
