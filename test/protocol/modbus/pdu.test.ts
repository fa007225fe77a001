import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { fromHex, toHex } from "../../../src/bytes/hex.ts";
import { decodePdu } from "../../../src/protocol/modbus/pdu.ts";
import type { Role } from "../../../src/protocol/modbus/pdu-fields.ts";

function decoded(role: Role, hex: string): unknown {
  const bytes = fromHex(hex)!;
  return decodePdu(bytes, 0, bytes.length, role);
}

const request = (hex: string): unknown => decoded("request", hex);
const reply = (hex: string): unknown => decoded("reply", hex);

// The examples of MODBUS Application Protocol Specification V1.1b3, §6, by their clauses.
describe("the specification's examples", () => {
  test("reading coils asks for an address and a quantity and gets whole bytes of bits", () => {
    expect(request("01 0013 0013")).toEqual({ function: 1, address: 0x13, quantity: 0x13 });
    expect(reply("01 03 cd6b05")).toEqual({
      function: 1,
      values: [1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0],
    });
  });

  test("reading discrete inputs is reading bits", () => {
    expect(request("02 00c4 0016")).toEqual({ function: 2, address: 0xc4, quantity: 0x16 });
    expect(reply("02 01 35")).toEqual({ function: 2, values: [1, 0, 1, 0, 1, 1, 0, 0] });
  });

  test("reading holding and input registers gives words, high byte first", () => {
    expect(request("03 006b 0003")).toEqual({ function: 3, address: 0x6b, quantity: 3 });
    expect(reply("03 06 022b 0000 0064")).toEqual({ function: 3, values: [0x022b, 0, 0x64] });
    expect(request("04 0008 0001")).toEqual({ function: 4, address: 8, quantity: 1 });
    expect(reply("04 02 000a")).toEqual({ function: 4, values: [10] });
  });

  test("writing one coil or one register is echoed", () => {
    for (const decode of [request, reply]) {
      expect(decode("05 00ac ff00")).toEqual({ function: 5, address: 0xac, values: [1] });
      expect(decode("05 00ac 0000")).toEqual({ function: 5, address: 0xac, values: [0] });
      expect(decode("06 0001 0003")).toEqual({ function: 6, address: 1, values: [3] });
    }
  });

  test("writing several coils carries exactly as many bits as it names", () => {
    expect(request("0f 0013 000a 02 cd01")).toEqual({
      function: 15,
      address: 0x13,
      quantity: 10,
      values: [1, 0, 1, 1, 0, 0, 1, 1, 1, 0],
    });
    expect(reply("0f 0013 000a")).toEqual({ function: 15, address: 0x13, quantity: 10 });
  });

  test("writing several registers", () => {
    expect(request("10 0001 0002 04 000a 0102")).toEqual({
      function: 16,
      address: 1,
      quantity: 2,
      values: [10, 0x0102],
    });
    expect(reply("10 0001 0002")).toEqual({ function: 16, address: 1, quantity: 2 });
  });

  test("masking a register is echoed", () => {
    for (const decode of [request, reply]) {
      expect(decode("16 0004 00f2 0025")).toEqual({ function: 22, address: 4, andMask: 0xf2, orMask: 0x25 });
    }
  });

  test("reading and writing in one has an address and a quantity for each half", () => {
    expect(request("17 0003 0006 000e 0003 06 00ff 00ff 00ff")).toEqual({
      function: 23,
      address: 3,
      quantity: 6,
      writeAddress: 14,
      writeQuantity: 3,
      values: [0xff, 0xff, 0xff],
    });
    expect(reply("17 0c 00fe 0acd 0001 0003 000d 00ff")).toEqual({
      function: 23,
      values: [0xfe, 0x0acd, 1, 3, 13, 0xff],
    });
  });

  test("a device identifies itself in objects of text", () => {
    expect(request("2b 0e 01 00")).toEqual({ function: 43, mei: 14, readCode: 1, object: 0 });
    expect(reply("2b 0e 01 01 00 00 03 00 02 4141 01 03 424242 02 02 00ff")).toEqual({
      function: 43,
      mei: 14,
      readCode: 1,
      conformity: 1,
      moreFollows: false,
      nextObject: 0,
      objects: [
        { id: 0, text: "AA" },
        { id: 1, text: "BBB" },
        { id: 2, data: "00ff" },
      ],
    });
  });

  test("an exception has the function without its high bit and a code", () => {
    expect(reply("81 02")).toEqual({ function: 1, exception: 2 });
    expect(reply("ab 01")).toEqual({ function: 43, exception: 1 });
  });
});

test("functions that are not decoded keep their bytes", () => {
  expect(request("08 0000 a537")).toEqual({ function: 8, data: "0000a537" });
  expect(reply("11 03 ff 5769")).toEqual({ function: 17, data: "03ff5769" });
  expect(request("2b 0d 0000")).toEqual({ function: 43, data: "0d0000" });
  expect(request("42")).toEqual({ function: 66, data: "" });
});

test("a quantity that no device would grant is still what was asked for", () => {
  expect(request("03 0001 ffff")).toEqual({ function: 3, address: 1, quantity: 0xffff });
});

test("bytes that contradict their function are kept and the contradiction is named", () => {
  expect(request("03 0001")).toEqual({
    function: 3,
    data: "0001",
    malformed: "expected 4 bytes after the function code, found 2",
  });
  expect(request("05 0001 ff01")).toMatchObject({ data: "0001ff01", malformed: "a coil is written ff00 or 0000" });
  expect(request("10 0160 0000 00 022b")).toMatchObject({ malformed: "byte count 0, but 2 bytes follow" });
  expect(request("10 0160 007c 02 022b")).toMatchObject({ malformed: "byte count 2, but the quantity needs 248" });
  expect(request("0f 0160")).toMatchObject({ malformed: "ends before its byte count" });
  expect(reply("03 04 0001")).toMatchObject({ malformed: "byte count 4, but 2 bytes follow" });
  expect(reply("03 03 000102")).toMatchObject({ malformed: "byte count 3, but a register has 2 bytes" });
  expect(reply("2b 0e 03 01 00 00 02 00 01 41")).toMatchObject({ malformed: "object 2 of 2 ends too early" });
  expect(reply("2b 0e 03 01 00 00 01 00 01 41 42")).toMatchObject({ malformed: "bytes left after the last object: 1" });
  expect(reply("83")).toEqual({ function: 3, data: "", malformed: "exception without its code" });
});

test("an exception that a device padded still has its code", () => {
  expect(reply("81 06 00")).toMatchObject({ function: 1, exception: 6, data: "0600" });
});

test.prop([fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.constantFrom<Role>("request", "reply")])(
  "any bytes decode to something, and nothing is lost that was not understood",
  (bytes, role) => {
    const fields = decodePdu(bytes, 0, bytes.length, role);
    expect(fields.function).toBe(bytes[0]! & 0x7f);
    if (fields.malformed !== undefined) expect(fields.data).toBe(toHex(bytes, 1));
  },
);

test.prop([
  fc.uint8Array({ maxLength: 20 }),
  fc.uint8Array({ minLength: 1, maxLength: 40 }),
  fc.uint8Array({ maxLength: 20 }),
])("what stands around a protocol data unit does not change it", (before, unit, after) => {
  const padded = new Uint8Array([...before, ...unit, ...after]);
  for (const role of ["request", "reply"] as const) {
    const inPlace = decodePdu(padded, before.length, before.length + unit.length, role);
    expect(inPlace).toEqual(decodePdu(unit, 0, unit.length, role));
  }
});

const word = (value: number): number[] => [value >> 8, value & 0xff];

test.prop([fc.nat(0xffff), fc.array(fc.nat(0xffff), { maxLength: 123 })])(
  "any registers written come out as they went in",
  (address, values) => {
    const pdu = [16, ...word(address), ...word(values.length), 2 * values.length, ...values.flatMap(word)];
    expect(decodePdu(new Uint8Array(pdu), 0, pdu.length, "request")).toEqual({
      function: 16,
      address,
      quantity: values.length,
      values,
    });
  },
);

test.prop([fc.nat(0xffff), fc.array(fc.nat(1), { maxLength: 1968 })])(
  "any coils written come out as they went in",
  (address, values) => {
    const packed = new Uint8Array((values.length + 7) >> 3);
    for (const [index, value] of values.entries()) packed[index >> 3]! |= value << (index & 7);
    const pdu = [15, ...word(address), ...word(values.length), packed.length, ...packed];
    expect(decodePdu(new Uint8Array(pdu), 0, pdu.length, "request")).toEqual({
      function: 15,
      address,
      quantity: values.length,
      values,
    });
  },
);
