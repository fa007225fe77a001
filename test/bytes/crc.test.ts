import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import {
  CRC_ALIASES,
  CRC_NAMES,
  crc,
  crcBegin,
  crcEnd,
  crcOf,
  crcUpdate,
  isCrcName,
  makeCrc,
} from "../../src/bytes/crc.ts";

const digits = new TextEncoder().encode("123456789");

describe("the CRC catalogue", () => {
  test.each(CRC_NAMES)("%s gives its published check value for 123456789", (name) => {
    expect(crcOf(crc(name), digits).toString(16)).toBe(crc(name).check.toString(16));
  });

  test("every other name leads to a known CRC", () => {
    for (const name of Object.values(CRC_ALIASES)) expect(isCrcName(name)).toBe(true);
    expect(isCrcName("toString")).toBe(false);
  });

  test("a CRC whose input and output are reflected differently (CRC-12/UMTS) gives its published check value", () => {
    const umts = makeCrc({
      name: "CRC-12/UMTS",
      width: 12,
      poly: 0x80f,
      init: 0,
      refin: false,
      refout: true,
      xorout: 0,
      check: 0xdaf,
    });
    expect(crcOf(umts, digits)).toBe(umts.check);
  });
});

/** The definition, bit by bit, with nothing shared with the tables. */
function bitByBit({ width, poly, init, refin, refout, xorout }: ReturnType<typeof crc>, bytes: Uint8Array): number {
  const mask = (1n << BigInt(width)) - 1n;
  let register = BigInt(init);
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const incoming = BigInt((byte >> (refin ? bit : 7 - bit)) & 1);
      const out = (register >> BigInt(width - 1)) & 1n;
      register = ((register << 1n) & mask) ^ (out === incoming ? 0n : BigInt(poly));
    }
  }
  const bits = register.toString(2).padStart(width, "0");
  const value = refout ? BigInt(`0b${[...bits].reverse().join("")}`) : register;
  return Number(value ^ BigInt(xorout));
}

describe("computing", () => {
  test.prop([fc.constantFrom(...CRC_NAMES), fc.uint8Array({ maxLength: 40 })])(
    "tables give what the definition gives bit by bit",
    (name, bytes) => {
      expect(crcOf(crc(name), bytes)).toBe(bitByBit(crc(name), bytes));
    },
  );

  test.prop([fc.constantFrom(...CRC_NAMES), fc.uint8Array({ maxLength: 64 }), fc.nat(64), fc.nat(64)])(
    "a range computed in two pieces gives what it gives at once",
    (name, bytes, one, other) => {
      const model = crc(name);
      const [start, cut] = [Math.min(one, other, bytes.length), Math.min(Math.max(one, other), bytes.length)];
      const register = crcUpdate(model, crcBegin(model), bytes, start, cut);
      const pieced = crcEnd(model, crcUpdate(model, register, bytes, cut, bytes.length));
      expect(pieced).toBe(crcOf(model, bytes.slice(start)));
    },
  );
});
