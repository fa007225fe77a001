import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { FieldtapeError } from "../errors.ts";
import { PLUGIN_ABI } from "./abi.ts";
import { manifestAbi } from "./schema.ts";

/** The package that a module belongs to. */
export interface ModulePackage {
  readonly file: string;
  /** Absent: it does not say. */
  readonly abi: number | undefined;
}

/** The nearest `package.json` upwards from a module; `undefined`: it is in no package. */
export function packageOf(module: string): ModulePackage | undefined {
  for (let folder = dirname(module); ; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (isReadable(file)) return { file, abi: manifestAbi(parsed(file)) };
    if (dirname(folder) === folder) return undefined;
  }
}

/** Under Node's permission model a question about a file that may not be read is refused by throwing, at least on Node 20. */
function isReadable(file: string): boolean {
  try {
    return existsSync(file);
  } catch {
    return false;
  }
}

/**
 * Refuses a module by its package's manifest, before any code of it runs.
 *
 * @throws FieldtapeError OPTIONS_INVALID naming both ABIs, or a manifest that is no JSON; INPUT_MISSING
 */
export function refuseOtherAbi(module: string): void {
  if (!existsSync(module)) throw new FieldtapeError("INPUT_MISSING", "there is no such module", { file: module });
  const found = packageOf(module);
  if (found?.abi === undefined || found.abi === PLUGIN_ABI) return;
  throw new FieldtapeError(
    "OPTIONS_INVALID",
    `the module's package was written for plug-in ABI ${found.abi}; this fieldtape has ABI ${PLUGIN_ABI}`,
    { file: found.file, hint: "install the version of the module that was made for this fieldtape" },
  );
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new FieldtapeError("OPTIONS_INVALID", "the manifest of the module's package cannot be read", { file, cause });
  }
}
