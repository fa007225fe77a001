import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { toHex } from "../../src/bytes/hex.ts";
import { stuffedOptions } from "../../src/protocol/schema.ts";
import { slip } from "../../src/protocol/slip.ts";
import { STUFFED_OPTIONS } from "../../src/protocol/stuffed.ts";
import { framerLaws, joined } from "./framer-laws.ts";
import { hears, hex } from "./transcript.ts";

/** The sender of RFC 1055, which begins with END too. */
function packet(payload: Uint8Array, leading = true): Uint8Array {
  const stuffing = new Map([
    [0xc0, [0xdb, 0xdc]],
    [0xdb, [0xdb, 0xdd]],
  ]);
  const bytes = [...payload].flatMap((byte) => stuffing.get(byte) ?? [byte]);
  return Uint8Array.from([...(leading ? [0xc0] : []), ...bytes, 0xc0]);
}

describe("SLIP", () => {
  test("END and ESC inside a packet are escaped, and empty packets between two ENDs are nothing", () => {
    hears(slip, STUFFED_OPTIONS)
      .gets(hex("c0 01 db dc db"), hex("dd 02 c0 c0 c0 03 c0"))
      .says({ span: [1, 7], payload: "01c0db02" }, { span: [10, 2], payload: "03" });
  });

  test("an escape of nothing that can be escaped spoils its packet only", () => {
    hears(slip, STUFFED_OPTIONS)
      .gets(hex("01 db 02 c0 db c0 03 c0"))
      .says(
        { fault: "bad-escape", span: [0, 4], raw: "01db02c0" },
        { fault: "bad-escape", span: [4, 2] },
        { payload: "03" },
      );
  });

  test("a packet over the maximum, cut off or without its END is a fault", () => {
    hears(slip, { maximum: 4 })
      .gets(hex("01 02 03 04 05 c0 06 c0 07"))
      .gap()
      .says(
        { fault: "too-long", span: [0, 4] },
        { fault: "too-long", span: [4, 2] },
        { payload: "06" },
        { fault: "interrupted", span: [8, 1] },
      )
      .datagram(hex("08"))
      .says({ fault: "truncated", span: [9, 1] })
      .gets(hex("09"))
      .ends()
      .says({ fault: "unfinished", span: [10, 1] });
  });

  test("a packet may end with its own check", () => {
    const options = stuffedOptions.parse({ check: { kind: "CRC-16/X-25", endian: "little" } });
    hears(slip, options)
      .gets(packet(hex("31 32 33 34 35 36 37 38 39 6e 90")), packet(hex("31 6e 91")), packet(hex("31")))
      .says({ payload: "313233343536373839" }, { fault: "bad-crc" }, { fault: "bad-crc" });
    expect(stuffedOptions.safeParse({ check: { kind: "CRC-17" } }).success).toBe(false);
  });

  test.prop([fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 })), fc.boolean()])(
    "every payload survives, whether or not packets begin with END",
    (payloads, leading) => {
      const expected = payloads.map((payload) => ({ payload: toHex(payload) }));
      hears(slip, STUFFED_OPTIONS)
        .gets(joined(payloads.map((payload) => packet(payload, leading))))
        .says(...expected);
    },
  );
});

framerLaws("slip", {
  framer: slip,
  options: { maximum: 60 },
  frame: fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 25 }), fc.boolean()).map((pair) => packet(...pair)),
  alphabet: hex("c0 db dc dd 41"),
  spoils: 1,
  ignores: (bytes) => bytes.every((byte) => byte === 0xc0),
  stateMax: 600,
});
