import { join } from "node:path";
import { readKnownKey } from "../../ota/release/key-file.ts";
import { refuseOtherRole } from "../../ota/release/root-edit.ts";
import { findProgram } from "../find-program.ts";
import { parseExpiry } from "../ota/expiry.ts";
import { readRoot } from "../ota/root-file.ts";
import type { ReleaseSettings } from "../release/schema.ts";
import { type KeyPath, missing, refused, type Wrong } from "./named-things.ts";

export interface ReleasePlace {
  /** The project's. */
  readonly folder: string;
  /** Programs are looked for there. */
  readonly path: string;
  /** Now: nanoseconds since 1970. */
  readonly now: bigint;
}

/** What a release names and would not find. What a build makes is looked for by the release itself. */
export async function checkRelease(settings: ReleaseSettings, place: ReleasePlace): Promise<readonly Wrong[]> {
  const { keys, trust, expires } = settings;
  const { folder, now } = place;
  const found = [...commandsOf(settings).flatMap((named) => programOf(named, place)), ...filesOf(settings, folder)];
  for (const role of ["release", "timestamp"] as const) {
    for (const [index, path] of (keys?.[role] ?? []).entries()) {
      const look = async (): Promise<void> => refuseOtherRole(await readKnownKey(join(folder, path)), role);
      found.push(...(await refused(["keys", role, index], look)));
    }
  }
  if (trust !== undefined) found.push(...(await refused(["trust"], () => readRoot(join(folder, trust), now))));
  found.push(...(await refused(["expires"], () => parseExpiry(expires, now))));
  return found.map(([key, words]) => [["release", ...key], words]);
}

type NamedCommand = readonly [key: KeyPath, command: readonly string[]];

function commandsOf({ dependencies, tests, build, versions, upload }: ReleaseSettings): readonly NamedCommand[] {
  const lists = Object.entries({ tests, build }).flatMap(([name, commands]) =>
    commands.map((command, index): NamedCommand => [[name, index], command]),
  );
  const single = Object.entries({ dependencies, versions, upload }).flatMap(
    ([name, command]): readonly NamedCommand[] =>
      command === undefined || command === "link" ? [] : [[[name], command]],
  );
  return [...lists, ...single];
}

/** One with a slash may be what the build makes or npm installs. */
function programOf([key, [program = ""]]: NamedCommand, { folder, path }: ReleasePlace): readonly Wrong[] {
  if (program.includes("/") || findProgram(program, { folder, path }) !== undefined) return [];
  return [[[...key, 0], `there is no program ${program}`]];
}

function filesOf({ build, payload, dependencies, modules }: ReleaseSettings, folder: string): readonly Wrong[] {
  return [
    ...(build.length > 0 ? [] : payload.flatMap((path, index) => missing(["payload", index], join(folder, path)))),
    ...(dependencies === "link" ? missing(["dependencies"], join(folder, "node_modules")) : []),
    ...(modules === undefined ? [] : missing(["modules"], join(folder, "package-lock.json"))),
  ];
}
