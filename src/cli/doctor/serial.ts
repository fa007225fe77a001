import { accessSync, constants, readdirSync, readFileSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { plural } from "../plural.ts";
import { type Finding, note, ok, warning } from "./finding.ts";

/** Real ports of Linux and macOS; a console (`tty1`) or a terminal (`ttys001`) is none. */
const PORT = /^(tty(S|USB|ACM|AMA|XRUSB|mxc|O|THS)\d+|cu\..+)$/;
const NAMED_MAX = 8;

interface Port {
  readonly path: string;
  readonly usable: boolean;
  readonly group: number;
}

/** Where a system has its ports and groups, and whether this user may read and write a file. */
export interface SerialSystem {
  readonly folder: string;
  readonly groups: string;
  readonly user: string;
  mayOpen(path: string): boolean;
}

/** Which serial ports are here, and whether this user may open them. */
export function examineSerial(system: SerialSystem = thisSystem()): readonly Finding[] {
  if (process.platform === "win32") return [note("serial ports", "not looked at on this system")];
  const ports = portsIn(system);
  const shut = ports.filter(({ usable }) => !usable);
  if (ports.length === 0)
    return [note("serial ports", "none is here", "plug one in, or is it passed into this container?")];
  const open = ports.filter(({ usable }) => usable).map(({ path }) => path);
  const usable =
    open.length === 0 ? [] : [ok("serial ports", `${plural(open.length, "port")} to use: ${listed(open)}`)];
  return [...usable, ...(shut.length === 0 ? [] : [refused(shut, system)])];
}

function refused(shut: readonly Port[], { groups, user }: SerialSystem): Finding {
  const names = [...new Set(shut.map(({ group }) => groupName(group, groups)))].toSorted();
  return warning(
    "serial ports",
    `this user may not open ${listed(shut.map(({ path }) => path))}`,
    `sudo usermod -aG ${names.join(",")} ${user}, then log in anew`,
  );
}

function thisSystem(): SerialSystem {
  return { folder: "/dev", groups: "/etc/group", user: userName(), mayOpen };
}

function portsIn({ folder, mayOpen }: SerialSystem): readonly Port[] {
  const names = readdirSync(folder).filter((name) => PORT.test(name));
  return names.toSorted().flatMap((name) => {
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? [] : [{ path, usable: mayOpen(path), group: found.gid }];
  });
}

function mayOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function groupName(id: number, groups: string): string {
  try {
    const line = readFileSync(groups, "utf8")
      .split("\n")
      .find((each) => each.split(":")[2] === String(id));
    return line?.split(":")[0] ?? String(id);
  } catch {
    return "dialout";
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "USER"; // an account that has no entry, as in containers
  }
}

function listed(paths: readonly string[]): string {
  const more = paths.length - NAMED_MAX;
  return `${paths.slice(0, NAMED_MAX).join(", ")}${more > 0 ? `, … ${more} more` : ""}`;
}
