import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import {
  fletcher16,
  fletcher16Mod256,
  onesComplement8,
  sum8,
  sum16,
  twosComplement8,
  xor8,
} from "../../src/bytes/checksum.ts";

const ascii = (text: string) => new TextEncoder().encode(text);

describe("checksums", () => {
  test("published examples come out right", () => {
    // M-Bus short frame SND_NKE to address 1: 10 40 01 41 16.
    expect(sum8(Uint8Array.of(0x40, 0x01))).toBe(0x41);
    // NMEA 0183: $GPGLL,5300.97914,N,00259.98174,E,125926,A*28
    expect(xor8(ascii("GPGLL,5300.97914,N,00259.98174,E,125926,A"))).toBe(0x28);
    // Modbus ASCII :010300130025C4: the LRC is over the bytes that the digits stand for.
    expect(twosComplement8(Uint8Array.of(0x01, 0x03, 0x00, 0x13, 0x00, 0x25))).toBe(0xc4);
    expect(fletcher16(ascii("abcde"))).toBe(0xc8f0);
    expect(fletcher16(ascii("abcdefgh"))).toBe(0x0627);
    // UBX-MON-VER poll: B5 62 0A 04 00 00 0E 34 (CK_A 0E, CK_B 34).
    expect(fletcher16Mod256(Uint8Array.of(0x0a, 0x04, 0x00, 0x00))).toBe(0x340e);
    expect(sum16(new Uint8Array(300).fill(0xff))).toBe((300 * 255) % 65_536);
  });

  test.prop([fc.uint8Array({ maxLength: 50 })])("a complement makes the sum whole", (bytes) => {
    expect((sum8(bytes) + twosComplement8(bytes)) & 0xff).toBe(0);
    expect((sum8(bytes) + onesComplement8(bytes)) & 0xff).toBe(0xff);
  });

  test.prop([fc.uint8Array({ maxLength: 50 }), fc.nat(50)])(
    "a range gives what the bytes of the range give",
    (bytes, cut) => {
      const end = Math.min(cut, bytes.length);
      for (const check of [sum8, sum16, xor8, twosComplement8, onesComplement8, fletcher16, fletcher16Mod256]) {
        expect(check(bytes, end >> 1, end)).toBe(check(bytes.slice(end >> 1, end)));
      }
    },
  );
});
