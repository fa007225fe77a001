import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import process from "node:process";
import { packageOf } from "./manifest.ts";
import type { Command } from "./sandbox.ts";

export interface ModuleCommandOptions {
  /** The module's file. */
  readonly module: string;
  /** The entry of the process that loads it, and the folder of the program that it belongs to. */
  readonly host: string;
  readonly program: string;
  /** What the subject is called. */
  readonly name: string;
  /** Bytes. */
  readonly memory: number;
}

const MEBIBYTE = 1024 * 1024;

/**
 * Node with the module in it, under Node's permission model: it reads its own folder, packages and fieldtape's own files; it writes
 * nothing and starts neither processes nor threads nor native code.
 */
export function moduleCommand({ module, host, program, name, memory }: ModuleCommandOptions): Command {
  const reads = readable(module, program).map((path) => `--allow-fs-read=${path}`);
  const heap = `--max-old-space-size=${Math.max(32, Math.floor(memory / MEBIBYTE))}`;
  return [process.execPath, "--no-warnings", PERMISSION, ...reads, heap, host, name, module];
}

/** Its name until it was no experiment any more. */
const PERMISSION = process.allowedNodeEnvironmentFlags.has("--permission")
  ? "--permission"
  : "--experimental-permission";

/** The folder that a module has to itself. @throws the system's error when it is not there */
export function moduleFolder(module: string): string {
  const real = realpathSync(module);
  const manifest = packageOf(real);
  // A package that says what it is written for holds nothing else; any other may be a project with its tapes and secrets.
  return manifest?.abi === undefined ? dirname(real) : dirname(manifest.file);
}

/** Folders end in a separator. */
function readable(module: string, program: string): readonly string[] {
  const own = moduleFolder(module);
  const above = foldersUpFrom(own);
  // Where Node looks for packages, and for what kind of module a file is.
  const packages = above.map((folder) => join(folder, "node_modules")).filter((folder) => existsSync(folder));
  const folders = [own, ...packages, ...programFolders(realpathSync(program))];
  return [
    ...new Set(folders.map((folder) => `${folder}${sep}`)),
    ...above.map((folder) => join(folder, "package.json")),
  ];
}

function foldersUpFrom(start: string): readonly string[] {
  const above = dirname(start);
  return above === start ? [start] : [start, ...foldersUpFrom(above)];
}

/** An installed fieldtape has its packages beside it. */
function programFolders(program: string): readonly string[] {
  const parts = ["dist", "bin", "node_modules"].map((part) => join(program, part)).filter((path) => existsSync(path));
  const around = dirname(program);
  return basename(around) === "node_modules" ? [...parts, around] : parts;
}
