import { FieldtapeError } from "../errors.ts";
import { type Nanos, nanos } from "../time/nanos.ts";
import { decodeSnapshot } from "./snapshot.ts";
import type { WireImage } from "./wire.ts";

/** A whole chain as plain data. */
export interface ChainImage {
  /** Names of the machines that it is made of. */
  readonly machines: readonly (string | undefined)[];
  readonly now: Nanos;
  readonly ended: boolean;
  readonly wires: readonly WireImage[];
}

/**
 * Reads a chain's snapshot. What is inside the states is the machines' own: a snapshot is a cache of this very code, kept by
 * its digest, not something that comes from outside.
 *
 * @throws FieldtapeError INPUT_MALFORMED if it is no snapshot of a chain of these machines.
 */
export function readChainImage(bytes: Uint8Array, machines: ChainImage["machines"]): ChainImage {
  const image = decodeSnapshot(bytes);
  if (!isObject(image) || !isList(image["machines"]) || !isList(image["wires"])) throw foreign("it is no chain");
  const names = image["machines"];
  if (names.length !== machines.length || machines.some((name, index) => name !== names[index])) {
    throw foreign("it was made of other machines");
  }
  const { now, ended } = image;
  if (typeof now !== "number" || !Number.isSafeInteger(now) || typeof ended !== "boolean")
    throw foreign("it has no time");
  return { machines, now: nanos(now), ended, wires: image["wires"].map(readWireImage) };
}

function readWireImage(value: unknown): WireImage {
  if (!isObject(value)) throw foreign("it has no channels");
  const { channel, kind, settings, recorded, rx, tx, session } = value;
  if (typeof channel !== "number" || !Number.isSafeInteger(channel)) throw foreign("a channel has no number");
  if ((kind !== "stream" && kind !== "datagram") || typeof recorded !== "boolean")
    throw foreign("a channel has no kind");
  if (settings !== undefined && !isObject(settings)) throw foreign("a channel has no settings");
  if (!isList(rx) || !isList(tx) || !isList(session)) throw foreign("a channel has no states");
  return { channel, kind, settings, recorded, rx, tx, session };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function foreign(why: string): FieldtapeError {
  return new FieldtapeError("INPUT_MALFORMED", `this snapshot does not fit: ${why}`, {
    hint: "snapshots are caches: remove it, and it is made anew",
  });
}
