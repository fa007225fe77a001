import type { BundledSubject } from "../../bundle/bundle-manifest.ts";
import type { Seat } from "../../bundle/seat.ts";
import type { Json } from "../../bytes/json.ts";
import { FieldtapeError } from "../../errors.ts";
import { UPDATER, UPDATER_WORLD } from "../../ota/session/updater-name.ts";
import { builtIn } from "../built-in-subjects.ts";
import type { LoadedConfig } from "../config/config-file.ts";
import { recordedMachines } from "../replay/recorded-machines.ts";
import { type ResolvedSubject, resolveSubject } from "../subjects.ts";

export interface NamedSubject {
  readonly name: string;
  readonly options: Json | undefined;
  readonly seed: number;
}

/**
 * A subject as a bundle names it, and ready to be played into.
 *
 * @throws FieldtapeError those of `resolveSubject`
 */
export async function bundledSubject(
  { name, options, seed }: NamedSubject,
  config: LoadedConfig,
  signal: AbortSignal,
): Promise<{ readonly named: BundledSubject; readonly seat: Seat }> {
  const resolved = await resolveSubject(name, options, config);
  const own = builtInName(name, config);
  const named = { name, ...(own === undefined ? {} : { builtIn: own }), options: resolved.config, seed };
  return { named, seat: seatOf(resolved, own, { seed, signal }) };
}

/**
 * The subject of a bundle as it is installed here. A built-in one is known by its own name, whatever it was called; anything else is what this user's
 * configuration has under that name: a bundle brings settings along, as data, and nothing that is run.
 *
 * @throws FieldtapeError SUBJECT_UNKNOWN, and those of `resolveSubject`
 */
export async function subjectHere(
  { name, builtIn: own, options, seed }: BundledSubject,
  config: LoadedConfig,
  signal: AbortSignal,
): Promise<Seat> {
  const called = own ?? name;
  if (own === undefined && config.config.subjects?.[name] === undefined) {
    throw new FieldtapeError("SUBJECT_UNKNOWN", `there is no subject ${JSON.stringify(name)} here`, {
      hint: "install it, and name it in this project's configuration: nothing is taken out of a bundle and run",
    });
  }
  return seatOf(await resolveSubject(called, options, config), builtInName(called, config), { seed, signal });
}

/** The built-in subject that the name stands for, if it does. */
function builtInName(name: string, { config }: LoadedConfig): string | undefined {
  if (name === UPDATER || name === UPDATER_WORLD) return name;
  const named = config.subjects?.[name];
  if (named === undefined) return builtIn(name) === undefined ? undefined : name;
  return "subject" in named ? named.subject : undefined;
}

function seatOf(
  { subject, config }: ResolvedSubject,
  own: string | undefined,
  { seed, signal }: { readonly seed: number; readonly signal: AbortSignal },
): Seat {
  // A framer is told nothing but bytes.
  const frames = own !== undefined && builtIn(own)?.frames === true;
  return { subject, config, seed, recorded: async (tape) => (frames ? [] : recordedMachines(tape, signal)) };
}
