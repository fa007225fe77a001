import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { toHex } from "../../src/bytes/hex.ts";
import { cobs } from "../../src/protocol/cobs.ts";
import { STUFFED_OPTIONS } from "../../src/protocol/stuffed.ts";
import { framerLaws, joined } from "./framer-laws.ts";
import { hears, hex } from "./transcript.ts";

/** The encoder as the paper describes it: groups of up to 254 bytes that are not zero, each behind its code. */
function packet(payload: Uint8Array): Uint8Array {
  const out: number[] = [];
  let group: number[] = [];
  const close = () => {
    out.push(group.length + 1, ...group);
    group = [];
  };
  let open = true;
  for (const byte of payload) {
    open = true;
    if (byte === 0) close();
    else {
      group.push(byte);
      if (group.length === 254) {
        close();
        open = false;
      }
    }
  }
  if (open) close();
  return Uint8Array.from([...out, 0]);
}

describe("COBS", () => {
  test("the examples of the paper and of its readers decode", () => {
    const examples: [string, string][] = [
      ["01 01 00", "00"],
      ["01 01 01 00", "0000"],
      ["01 02 11 01 00", "001100"],
      ["03 11 22 02 33 00", "11220033"],
      ["05 11 22 33 44 00", "11223344"],
      ["02 11 01 01 01 00", "11000000"],
    ];
    for (const [wire, payload] of examples) hears(cobs, STUFFED_OPTIONS).gets(hex(wire)).says({ payload });
  });

  test("a full group has no zero behind it", () => {
    const full = Uint8Array.from({ length: 254 }, (_, index) => index + 1);
    expect(packet(full)).toEqual(joined([hex("ff"), full, hex("00")]));
    hears(cobs, STUFFED_OPTIONS)
      .gets(packet(full), packet(joined([full, hex("ff 00")])))
      .says({ payload: toHex(full), span: [0, 256] }, { payload: `${toHex(full)}ff00` });
  });

  test("a code that points beyond its packet is a fault, and zeros between packets are nothing", () => {
    hears(cobs, STUFFED_OPTIONS)
      .gets(hex("00 00 05 11 00 02 22 00"))
      .says({ fault: "bad-code", span: [2, 3], raw: "051100" }, { payload: "22", span: [5, 3] });
  });

  test("a check at the end of the payload is checked and left out", () => {
    const options = { ...STUFFED_OPTIONS, check: { kind: "xor8", endian: "big" } } as const;
    hears(cobs, options)
      .gets(packet(hex("01 02 03")), packet(hex("01 02 04")))
      .says({ payload: "0102" }, { fault: "bad-checksum" });
  });

  test.prop([fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 5 })])("every payload survives", (payloads) => {
    hears(cobs, STUFFED_OPTIONS)
      .gets(joined(payloads.map(packet)))
      .says(...payloads.map((payload) => ({ payload: toHex(payload) })));
  });
});

framerLaws("cobs", {
  framer: cobs,
  options: { maximum: 60 },
  frame: fc.uint8Array({ minLength: 1, maxLength: 40 }).map(packet),
  alphabet: hex("00 01 02 ff 05"),
  spoils: 1,
  ignores: (bytes) => bytes.every((byte) => byte === 0),
  stateMax: 600,
});
