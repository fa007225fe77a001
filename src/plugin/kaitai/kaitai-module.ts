import type { JsonObject } from "../../bytes/json.ts";
import { PLUGIN_ABI as ABI, type PluginParts } from "../abi.ts";
import { kaitaiFramer } from "./kaitai-framer.ts";
import { parseFormat, parseKaitaiOptions } from "./schema.ts";

// A module like one of the user's own, so that a format's code runs where his would: in a process apart.

export const PLUGIN_ABI = ABI;

export function create({ format, options }: JsonObject): PluginParts {
  return { framer: kaitaiFramer(parseFormat(format), parseKaitaiOptions(options ?? {})) };
}
