import { sum8 } from "../../src/bytes/checksum.ts";
import { crc, crcOf } from "../../src/bytes/crc.ts";
import { lengthPrefixedOptions } from "../../src/protocol/schema.ts";
import { joined } from "./framer-laws.ts";

/** The classic: AA 55, length of what follows up to the CRC, command, data, CRC over command and data. */
export const classic = lengthPrefixedOptions.parse({
  start: "aa55",
  length: { offset: 2, width: 1, counts: "payload" },
  check: { kind: "CRC-16/MODBUS", endian: "little", from: 3 },
  fields: [{ name: "command", offset: 3, width: 1 }],
  maximum: 64,
});

export function classicFrame(payload: Uint8Array): Uint8Array {
  const check = crcOf(crc("CRC-16/MODBUS"), payload);
  return joined([Uint8Array.of(0xaa, 0x55, payload.length), payload, Uint8Array.of(check & 0xff, check >> 8)]);
}

/** Wired M-Bus, EN 13757-2: long frame, short frame, single character. */
export const mbus = lengthPrefixedOptions.parse({
  name: "long",
  start: "68 .. .. 68",
  length: { offset: 1, width: 1, counts: "payload", again: 2 },
  check: { kind: "sum8", from: 4 },
  end: "16",
  maximum: 261,
  alternatives: [
    { name: "short", start: "10", size: 5, check: { kind: "sum8", from: 1 }, end: "16" },
    { name: "ack", start: "e5", size: 1 },
  ],
});

export function mbusFrame(payload: Uint8Array): Uint8Array {
  const size = payload.length;
  return joined([Uint8Array.of(0x68, size, size, 0x68), payload, Uint8Array.of(sum8(payload), 0x16)]);
}

/** An inverter's dongle: inside, from byte 26 on, a Modbus answer with its CRC; a heartbeat has none. */
export const inverter = lengthPrefixedOptions.parse({
  name: "transparent",
  start: "59590001 .... .. 02",
  length: { offset: 4, width: 2, counts: "after-length" },
  header: 6,
  check: { kind: "CRC-16/MODBUS", endian: "little", from: 26 },
  fields: [{ name: "function", offset: 7, width: 1 }],
  alternatives: [
    {
      name: "heartbeat",
      start: "59590001 .... .. 01",
      length: { offset: 4, width: 2, counts: "after-length" },
      header: 6,
    },
  ],
});
