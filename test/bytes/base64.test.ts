import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import {
  base64Length,
  decodeBase64,
  decodedLength,
  encodeBase64,
  fromBase64,
  toBase64,
  viewed,
} from "../../src/bytes/base64.ts";

property.prop([fc.uint8Array({ maxLength: 200 })])("base64 gives back every byte, and is what Node writes", (bytes) => {
  const text = Buffer.from(bytes).toString("base64");
  expect(toBase64(bytes)).toBe(text);
  expect(base64Length(bytes.length)).toBe(text.length);
  expect(fromBase64(text)).toEqual(bytes);
});

property.prop([fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 7 }), fc.nat({ max: 7 })])(
  "base64 is written and read in the middle of longer buffers",
  (bytes, before, into) => {
    const line = viewed(new Uint8Array(before + base64Length(bytes.length) + 8).fill(0x22));
    const end = encodeBase64(bytes, 0, bytes.length, line.view, before);
    const slab = viewed(new Uint8Array(into + bytes.length + 8).fill(0xee));
    expect(decodeBase64(line.view, before, line.bytes.length, slab.view, into)).toBe(end);
    expect(decodedLength(line.bytes, before, end)).toBe(bytes.length);
    expect(slab.bytes.slice(into, into + bytes.length)).toEqual(bytes);
    expect(slab.bytes.slice(0, into)).toEqual(new Uint8Array(into).fill(0xee));
  },
);

property.prop([fc.string({ unit: fc.constantFrom(..."AQgwZ9+/=-_ \n\u0141"), maxLength: 12 })])(
  "base64 has one spelling: whatever reads is written the same",
  (text) => {
    const bytes = fromBase64(text);
    if (bytes !== undefined) expect(toBase64(bytes)).toBe(text);
    else expect(Buffer.from(text, "base64").toString("base64")).not.toBe(text);
  },
);

test.each(["QUI", "QUJ=", "QR==", "QQ==QQ==", "Q===", "====", "-_-_", "QQ==\n", "\u0151UJD"])(
  "%j is no base64",
  (text) => {
    expect(fromBase64(text)).toBeUndefined();
  },
);
