import { extname } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { FieldtapeError } from "../errors.ts";
import { PLUGIN_ABI, type PluginModule } from "./abi.ts";
import { refuseOtherAbi } from "./manifest.ts";

/**
 * Loads the user's own module into this process. It runs with this process's rights; a tape, a corpus or a bundle can never name one.
 *
 * @throws FieldtapeError INPUT_MISSING, SUBJECT_CRASHED when it throws while it is loaded, OPTIONS_INVALID when it is none.
 */
export async function loadModule(path: string): Promise<PluginModule> {
  refuseOtherAbi(path);
  const loaded = await importModule(path);
  const abi = "PLUGIN_ABI" in loaded ? loaded.PLUGIN_ABI : undefined;
  if (abi !== PLUGIN_ABI) {
    const said = abi === undefined ? "exports no PLUGIN_ABI" : `was written for plug-in ABI ${String(abi)}`;
    throw new FieldtapeError("OPTIONS_INVALID", `the module ${said}; this fieldtape has ABI ${PLUGIN_ABI}`, {
      file: path,
    });
  }
  if (!isPluginModule(loaded)) {
    throw new FieldtapeError("OPTIONS_INVALID", "the module exports no function `create`", { file: path });
  }
  return loaded;
}

const TYPESCRIPT = new Set([".ts", ".mts"]);

async function importModule(path: string): Promise<object> {
  try {
    // Later versions of Node read TypeScript by themselves.
    if (!TYPESCRIPT.has(extname(path)) || "typescript" in process.features)
      return await import(pathToFileURL(path).href);
    const { createJiti } = await import("jiti");
    return await createJiti(import.meta.url, { fsCache: false }).import(path);
  } catch (cause) {
    throw new FieldtapeError("SUBJECT_CRASHED", "the module failed when it was loaded", { file: path, cause });
  }
}

function isPluginModule(loaded: object): loaded is PluginModule {
  return "create" in loaded && typeof loaded.create === "function";
}
