import type { Json } from "../bytes/json.ts";
import type { Framer, Session } from "../machine/machine.ts";

/**
 * The version of what a module and fieldtape expect of each other. A module exports the one that it was written for as
 * `PLUGIN_ABI`; another one is refused by name. (Seed of the rule: an incompatible plug-in must not blow up at the site.)
 */
export const PLUGIN_ABI = 1;

/** What a module exports besides `PLUGIN_ABI`. */
export interface PluginModule {
  create(config: Json): PluginParts;
}

/** A machine of the module's own for each part; a framer may also be one that fieldtape has, by its name. */
export interface PluginParts {
  /** `observer` when absent. */
  readonly role?: "observer" | "participant";
  readonly framer?: Framer<unknown> | NamedFramer;
  readonly session?: Session<unknown>;
}

export interface NamedFramer {
  readonly subject: string;
  readonly options?: Json;
}
