import { randomBytes, randomUUID } from "node:crypto";
import process from "node:process";
import type { Clock, WallClock } from "../time/clock.ts";
import { localZone, SystemClock, type SystemClockOptions, SystemWallClock } from "../time/system-clock.ts";
import { UTC, type Zone } from "../time/zone.ts";
import { type ConfigOptions, type LoadedConfig, loadConfig } from "./config/config-file.ts";

/** The world that commands run in. What a lower room needs of a higher one is handed in from here. */
export interface World {
  readonly clock: Clock;
  readonly wall: WallClock;
}

/** Real time; `precise` for playing to a live program. */
export function realWorld(options: SystemClockOptions): World {
  return { clock: new SystemClock(options), wall: new SystemWallClock() };
}

/** The zone in which dates are shown to a person: UTC unless `--local` asks for this machine's. */
export function shownZone(flags: { readonly local: boolean }): Zone {
  return flags.local ? localZone : UTC;
}

/** A recording's identity; besides it, chance decides secrets only. */
export function newTapeId(): string {
  return randomUUID();
}

/** What secrets are made of: the system's own randomness. */
export function systemRandom(length: number): Uint8Array {
  return randomBytes(length);
}

/** The flags that say where the configuration is, and how it is used. */
export interface ConfigFlags {
  readonly config?: string | undefined;
  readonly "no-config": boolean;
  readonly "in-process"?: boolean | undefined;
}

/** What a command's flags say of the configuration: plain data, which crosses to threads. */
export function configOptionsOf(flags: ConfigFlags): ConfigOptions {
  const { config, "no-config": none, "in-process": inProcess } = flags;
  return { folder: process.cwd(), file: config, none, inProcess: inProcess === true };
}

/** The configuration that a command's flags ask for. */
export function configOf(flags: ConfigFlags): Promise<LoadedConfig> {
  return loadConfig(configOptionsOf(flags));
}
