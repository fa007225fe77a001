import type { ChainRecord } from "../../src/machine/chain-plan.ts";
import { nanos } from "../../src/time/nanos.ts";

export const MS = 1_000_000;

/** Bytes that a device sent, each text at its time in nanoseconds. */
export function reads(...texts: readonly (readonly [at: number, text: string])[]): ChainRecord[] {
  return texts.map(([at, text]) => ({
    type: "raw",
    at: nanos(at),
    channel: 0,
    dir: "rx",
    bytes: new TextEncoder().encode(text),
  }));
}
