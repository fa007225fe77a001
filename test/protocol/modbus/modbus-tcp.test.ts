import { fc } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { modbusTcp, MODBUS_TCP_OPTIONS as OPTIONS } from "../../../src/protocol/modbus/modbus-tcp.ts";
import { chunked, forever, framerLaws } from "../framer-laws.ts";
import { hears, hex } from "../transcript.ts";

const ASKS_COILS = hex("0001 0000 0006 0a 01 0000 0001");
const HAS_COILS = hex("0001 0000 0004 0a 01 01 00");

describe("a Modbus/TCP connection", () => {
  test("what goes to the device is a request and what comes from it a reply", () => {
    const expected = { type: "frame", span: [0, 12], transaction: 1, unit: 10, function: 1, address: 0, quantity: 1 };
    hears(modbusTcp, OPTIONS, { dir: "tx" })
      .gets(ASKS_COILS)
      .says({ ...expected, dir: "tx", role: "request" });
    hears(modbusTcp, OPTIONS)
      .gets(HAS_COILS)
      .says({ dir: "rx", span: [0, 10], role: "reply", transaction: 1, function: 1, values: [0, 0, 0, 0, 0, 0, 0, 0] });
  });

  test("a recording made in the device's place turns the roles round", () => {
    const options = { ...OPTIONS, device: "tx" } as const;
    hears(modbusTcp, options).gets(ASKS_COILS).says({ dir: "rx", role: "request", address: 0, quantity: 1 });
  });

  test("a frame is printed with its members in one order", () => {
    const state = modbusTcp.initial({ options: OPTIONS, dir: "tx", kind: "stream" });
    const { outputs } = modbusTcp.step(state, { type: "bytes", bytes: ASKS_COILS }, 0 as never);
    expect(JSON.stringify(outputs)).toBe(
      '[{"type":"frame","dir":"tx","span":[0,12],"role":"request","transaction":1,"unit":10,"function":1,"address":0,"quantity":1}]',
    );
  });

  test("two replies in one segment and one reply in two are three frames", () => {
    hears(modbusTcp, OPTIONS)
      .gets(hex("0001 0000 0004 0a 01 01 00  0002 0000 0003 0a 83 02  0003 0000"), hex("0003 0a 83 0b"))
      .says(
        { span: [0, 10], transaction: 1 },
        { span: [10, 9], transaction: 2, function: 3, exception: 2 },
        { span: [19, 9], transaction: 3, function: 3, exception: 11 },
      );
  });

  test("an exception is a reply even where requests are expected", () => {
    hears(modbusTcp, OPTIONS, { dir: "tx" })
      .gets(hex("0001 0000 0003 0a 81 06"))
      .says({ dir: "tx", role: "reply", function: 1, exception: 6 });
  });

  test("a frame that contradicts its function is still a frame", () => {
    hears(modbusTcp, OPTIONS)
      .link("open")
      .gets(hex("0001 0000 0004 0a 81 06 00"))
      .says({ type: "frame", exception: 6, malformed: "expected 1 byte after the function code, found 2" });
  });

  test("rubbish is reported with its bytes and the frame behind it is found", () => {
    hears(modbusTcp, OPTIONS)
      .link("open")
      .gets(hex("dead 00 beef"), HAS_COILS)
      .says({ type: "fault", fault: "rubbish", span: [0, 5], raw: "dead00beef" }, { type: "frame", span: [5, 10] });
  });

  test("a length beyond the protocol's is not waited for", () => {
    hears(modbusTcp, OPTIONS)
      .link("open")
      .gets(hex("0001 0000 8804 0a01"), HAS_COILS)
      .says({ fault: "rubbish", span: [0, 8] }, { type: "frame", span: [8, 10] });
  });

  test("a maker's own function is believed behind a frame", () => {
    hears(modbusTcp, OPTIONS)
      .link("open")
      .gets(hex("0001 0000 0005 0a 5a 000102"))
      .says({ function: 0x5a, data: "000102" });
  });

  test("a maker's own function is believed behind rubbish when another header follows it", () => {
    const own = hex("0001 0000 0005 0a 5a 000102");
    hears(modbusTcp, OPTIONS)
      .link("open")
      .gets(hex("ffffff"), own)
      .says()
      .gets(own)
      .says({ fault: "rubbish", span: [0, 3] }, { span: [3, 11], function: 0x5a }, { span: [14, 11], function: 0x5a });
  });

  test("three bytes too many behind a frame do not make the next maker's own function believed", () => {
    const frame = "0001 0000 0005 0a 2a 0e0401";
    hears(modbusTcp, OPTIONS)
      .link("open")
      .gets(hex(`${frame} 010123`), hex(`${frame} 010123`))
      .says({ span: [0, 11], function: 42, data: "0e0401" })
      .ends()
      .says({ fault: "rubbish", span: [11, 15] }, { fault: "unfinished", span: [26, 2] });
  });

  test("what looks like a long frame hides none behind it once nothing more comes", () => {
    hears(modbusTcp, OPTIONS)
      .gets(hex("0000 0000 0040 0000 0000"), HAS_COILS, HAS_COILS)
      .says()
      .ends()
      .says({ fault: "unfinished", span: [0, 10] }, { span: [10, 10] }, { span: [20, 10] });
  });

  test("bytes lost in the middle of a frame interrupt it, and a header alone is not believed after them", () => {
    hears(modbusTcp, OPTIONS)
      .gets(HAS_COILS, HAS_COILS.subarray(0, 7))
      .says({ type: "frame" })
      .gap()
      .says({ fault: "interrupted", span: [10, 7], raw: "0001000000040a" })
      .gets(hex("0000 0000 0002 00 00 ff"), HAS_COILS)
      .says({ fault: "rubbish", span: [17, 9] }, { type: "frame", span: [26, 10] });
  });

  test("a link that closes in the middle of a frame interrupts it, and the next connection starts afresh", () => {
    hears(modbusTcp, OPTIONS)
      .gets(HAS_COILS.subarray(0, 7))
      .link("reset")
      .says({ fault: "interrupted", span: [0, 7] })
      .link("open")
      .gets(hex("0001 0000 0003 0a 5a 00"))
      .says({ type: "frame", span: [7, 9] });
  });

  test("a segment that repeats that the link is open does not cut a frame in two", () => {
    hears(modbusTcp, OPTIONS)
      .gets(HAS_COILS.subarray(0, 7))
      .link("open")
      .gets(HAS_COILS.subarray(7))
      .says({ type: "frame", span: [0, 10] });
  });

  test("a datagram that ends too early is truncated, and the next one stands alone", () => {
    hears(modbusTcp, OPTIONS, { kind: "datagram" })
      .datagram(HAS_COILS.subarray(0, 8))
      .says({ fault: "truncated", span: [0, 8] })
      .datagram(HAS_COILS)
      .says({ type: "frame", span: [8, 10] });
  });

  test("a recording that ends in the middle of a frame says so once", () => {
    hears(modbusTcp, OPTIONS)
      .gets(HAS_COILS.subarray(0, 3))
      .ends()
      .says({ fault: "unfinished", span: [0, 3], raw: "000100" })
      .ends()
      .says();
  });

  test("endless rubbish is reported in pieces", () => {
    const rubbish = new Uint8Array(3000).fill(0xff);
    const transcript = hears(modbusTcp, OPTIONS).link("open");
    for (const input of chunked(rubbish, forever(333))) if (input.type === "bytes") transcript.gets(input.bytes);
    transcript.says({ fault: "rubbish", span: [0, 1024] }, { span: [1024, 1024] }).ends();
    transcript.says({ span: [2048, 950] }, { fault: "unfinished", span: [2998, 2] });
  });
});

const frame = fc
  .tuple(fc.nat(0xffff), fc.nat(0xff), fc.oneof(replies(), exceptions()))
  .map(([transaction, unit, pdu]) =>
    Uint8Array.from([transaction >> 8, transaction & 0xff, 0, 0, 0, pdu.length + 1, unit, ...pdu]),
  );

function replies(): fc.Arbitrary<number[]> {
  const registers = fc
    .array(fc.nat(0xff), { minLength: 2, maxLength: 40 })
    .map((bytes) => bytes.slice(bytes.length % 2));
  return fc.tuple(fc.constantFrom(3, 4, 23), registers).map(([code, bytes]) => [code, bytes.length, ...bytes]);
}

function exceptions(): fc.Arbitrary<number[]> {
  return fc.tuple(fc.constantFrom(0x81, 0x83, 0x90), fc.integer({ min: 1, max: 11 }));
}

framerLaws("modbus-tcp", {
  framer: modbusTcp,
  options: OPTIONS,
  frame,
  alphabet: Uint8Array.of(0, 1, 3, 6, 0x10, 0x83, 0xff),
  spoils: 0,
  // A header has no check: bytes that look like one may hide what follows.
  weak: true,
  stateMax: 8192,
});
