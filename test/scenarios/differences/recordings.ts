import type { Json } from "../../../src/bytes/json.ts";
import type { Said } from "../../../src/replayer/divergence.ts";
import type { Placed } from "../../../src/replayer/placed.ts";
import { nanos } from "../../../src/time/nanos.ts";

/** A record that a machine `meter` said on channel 0. */
export function said(at: number, value: Json, machine = "meter"): Said {
  return { type: "output", at: nanos(at), machine, channel: 0, value };
}

/** A frame of eight bytes as a framer would say it: the n-th of its direction. */
export function frame(n: number, members: { readonly [key: string]: Json }): Said {
  return said(1_000 * (n + 1), { type: "frame", dir: "rx", span: [8 * n, 8], ...members });
}

/** Records on the lines of a recording. */
export function placed(records: readonly Said[]): Placed<Said>[] {
  return records.map((record, index) => ({ line: index + 1, record }));
}

/** The same record later. */
export const later = (record: Said, by: number): Said => ({ ...record, at: nanos(record.at + by) });
