import { type Device, triangle } from "./device.ts";
import { type PeriodicState, periodic } from "./periodic.ts";

/** A sensor node's reading: its number (16 bit), acceleration (three signed bytes) and a status byte that is sometimes a delimiter. */
function reading(n: number): number[] {
  const wave = triangle(n, { top: 60, bottom: -60, step: 7 });
  return [(n >> 8) & 0xff, n & 0xff, wave & 0xff, -wave & 0xff, 0xc0 + (n % 3), n % 4 === 0 ? 0x00 : 0xdb];
}

/** The node on a SLIP line (RFC 1055): END before and after each frame. */
export const slipNode: Device<PeriodicState> = periodic("slip-node", (n) => encodeSlip(reading(n)));

/** The node on a COBS line (Cheshire and Baker, 1999): zero ends each frame. */
export const cobsNode: Device<PeriodicState> = periodic("cobs-node", (n) => encodeCobs(reading(n)));

function encodeSlip(payload: readonly number[]): Uint8Array {
  const escaped = payload.flatMap((byte) => (byte === 0xc0 ? [0xdb, 0xdc] : byte === 0xdb ? [0xdb, 0xdd] : [byte]));
  return Uint8Array.from([0xc0, ...escaped, 0xc0]);
}

/** For payloads shorter than 254 bytes, which need no full block. */
function encodeCobs(payload: readonly number[]): Uint8Array {
  const blocks: number[][] = [[]];
  for (const byte of payload) {
    if (byte === 0) blocks.push([]);
    else blocks.at(-1)?.push(byte);
  }
  return Uint8Array.from([...blocks.flatMap((block) => [block.length + 1, ...block]), 0]);
}
