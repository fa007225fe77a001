import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import type { Dir } from "../../../src/bytes/channel.ts";
import type { Json } from "../../../src/bytes/json.ts";
import { MODBUS_RTU_OPTIONS, modbusRtu } from "../../../src/protocol/modbus/modbus-rtu.ts";
import { MODBUS_TCP_OPTIONS, modbusTcp } from "../../../src/protocol/modbus/modbus-tcp.ts";
import { rewriting } from "../rewriting.ts";
import { hex } from "../transcript.ts";
import { rtu } from "./rtu-wire.ts";

const word = fc.integer({ min: 0, max: 0xffff });
const bit = fc.constantFrom(0, 1);

/** Unit and data of a frame of each function, the way it goes, and what may be said in it instead. */
const FRAMES: readonly [name: string, dir: Dir, digits: string, edits: readonly [string, fc.Arbitrary<Json>][]][] = [
  [
    "read coils",
    "tx",
    "0a 01 0000 0008",
    [
      ["address", word],
      ["quantity", word],
    ],
  ],
  [
    "read registers",
    "tx",
    "0a 03 0010 0002",
    [
      ["address", word],
      ["quantity", word],
    ],
  ],
  [
    "write coil",
    "tx",
    "0a 05 0010 ff00",
    [
      ["address", word],
      ["values", fc.tuple(bit)],
    ],
  ],
  [
    "write register",
    "tx",
    "0a 06 0010 1234",
    [
      ["address", word],
      ["values", fc.tuple(word)],
    ],
  ],
  ["write coils", "tx", "0a 0f 0013 000a 02 cd01", [["values", fc.array(bit, { minLength: 1, maxLength: 100 })]]],
  [
    "write registers",
    "tx",
    "0a 10 0001 0002 04 000a 0102",
    [["values", fc.array(word, { minLength: 1, maxLength: 20 })]],
  ],
  [
    "mask write",
    "tx",
    "0a 16 0004 00f2 0025",
    [
      ["andMask", word],
      ["orMask", word],
    ],
  ],
  [
    "read and write",
    "tx",
    "0a 17 0003 0006 000e 0002 04 00ff 00fe",
    [
      ["values", fc.array(word, { minLength: 1, maxLength: 9 })],
      ["writeAddress", word],
    ],
  ],
  [
    "ask identification",
    "tx",
    "0a 2b 0e 01 00",
    [
      ["readCode", fc.integer({ min: 1, max: 4 })],
      ["object", fc.integer({ min: 0, max: 255 })],
    ],
  ],
  [
    "coils",
    "rx",
    "0a 01 02 cd 6b",
    [
      [
        "values",
        fc
          .array(fc.tuple(bit, bit, bit, bit, bit, bit, bit, bit), { minLength: 1, maxLength: 5 })
          .map((bytes) => bytes.flat()),
      ],
    ],
  ],
  ["registers", "rx", "0a 03 04 0102 0304", [["values", fc.array(word, { minLength: 1, maxLength: 20 })]]],
  [
    "registers written",
    "rx",
    "0a 10 0001 0002",
    [
      ["address", word],
      ["quantity", word],
    ],
  ],
  ["exception", "rx", "0a 83 02", [["exception", fc.integer({ min: 1, max: 255 })]]],
  [
    "identification",
    "rx",
    "0a 2b 0e 01 01 00 00 02 00 03 616263 01 01 ff",
    [
      ["objects", fc.constant([{ id: 0, text: "longer than it was" }])],
      ["moreFollows", fc.constant(true)],
      ["conformity", fc.integer({ min: 0, max: 255 })],
    ],
  ],
];

describe.each(FRAMES)("Modbus, %s", (_name, dir, digits, edits) => {
  const body = hex(digits);
  const tcpFrame = Uint8Array.of(0, 7, 0, 0, 0, body.length, ...body);
  const tcp = rewriting(modbusTcp, MODBUS_TCP_OPTIONS, dir);
  const line = rewriting(modbusRtu, { ...MODBUS_RTU_OPTIONS, device: "rx" }, dir);

  test.each(edits.map(([name]) => name))("saying the same %s again changes no byte", (name) => {
    tcp.keeps(tcpFrame, [name]);
    line.keeps(rtu([...body]), [name]);
  });

  test.prop([
    fc.oneof(...edits.map(([name, values]) => values.map((value): [string, Json] => [name, value]))),
    fc.integer({ min: 0, max: 255 }),
  ])("another value and another unit have lengths and checks that are right", ([name, value], unit) => {
    const edited = tcp.says(tcpFrame, [name], value);
    expect(tcp.only(edited)).not.toHaveProperty("malformed");
    const onTheLine = line.says(rtu([...body]), [name], value);
    expect([...onTheLine.subarray(0, -2)]).toEqual([...edited.subarray(6)]);
    tcp.says(tcpFrame, ["unit"], unit);
    line.says(rtu([...body]), ["unit"], unit);
  });
});

describe("Modbus", () => {
  const tcp = rewriting(modbusTcp, MODBUS_TCP_OPTIONS);

  test("a transaction is another, and one that has no room is refused", () => {
    const frame = hex("0001 0000 0003 0a 83 02");
    expect(tcp.says(frame, ["transaction"], 0x1234)).toEqual(hex("1234 0000 0003 0a 83 02"));
    for (const [path, value] of [
      ["transaction", 65_536],
      ["unit", 256],
      ["unit", -1],
      ["exception", 1.5],
      ["role", "request"],
      ["dir", "tx"],
    ] as const)
      tcp.refuses(frame, [path], value);
  });

  test("a function of the maker's own is edited as hex", () => {
    expect(tcp.says(hex("0001 0000 0004 0a 64 0102"), ["data"], "ff")).toEqual(hex("0001 0000 0003 0a 64 ff"));
    const line = rewriting(modbusRtu, MODBUS_RTU_OPTIONS);
    expect(line.says(rtu("0a 64 0102"), ["data"], "0304")).toEqual(rtu("0a 64 0304"));
  });

  test("a frame that contradicts its function keeps doing so", () => {
    const odd = hex("0001 0000 0005 0a 03 03 0102");
    expect(tcp.says(odd, ["data"], "030103")).toEqual(hex("0001 0000 0005 0a 03 03 0103"));
    expect(tcp.says(odd, ["unit"], 1)).toEqual(hex("0001 0000 0005 01 03 03 0102"));
    tcp.refuses(odd, ["malformed"], "for another reason");
  });

  test("a quantity that contradicts the values is refused", () => {
    const asks = rewriting(modbusTcp, MODBUS_TCP_OPTIONS, "tx");
    asks.refuses(hex("0001 0000 000b 0a 10 0001 0002 04 000a 0102"), ["quantity"], 3);
  });
});
