import { joined } from "../bytes/joined.ts";
import { stuffCobs } from "../protocol/cobs.ts";
import { stuffSlip } from "../protocol/slip.ts";
import { type Device, triangle } from "./device.ts";
import { type PeriodicState, periodic } from "./periodic.ts";

/** A sensor node's reading: its number (16 bit), acceleration (three signed bytes) and a status byte that is sometimes a delimiter. */
function reading(n: number): Uint8Array {
  const wave = triangle(n, { top: 60, bottom: -60, step: 7 });
  return Uint8Array.of((n >> 8) & 0xff, n & 0xff, wave & 0xff, -wave & 0xff, 0xc0 + (n % 3), n % 4 === 0 ? 0x00 : 0xdb);
}

const END = Uint8Array.of(0xc0);

/** The node on a SLIP line (RFC 1055): END before and after each frame. */
export const slipNode: Device<PeriodicState> = periodic("slip-node", (n) => joined([END, stuffSlip(reading(n)), END]));

/** The node on a COBS line (Cheshire and Baker, 1999): zero ends each frame. */
export const cobsNode: Device<PeriodicState> = periodic("cobs-node", (n) =>
  joined([stuffCobs(reading(n)), Uint8Array.of(0)]),
);
