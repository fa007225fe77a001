import { fc, test } from "@fast-check/vitest";
import { expect, test as plain } from "vitest";
import { FieldtapeError } from "../../src/errors.ts";
import { decodeSnapshot, encodeSnapshot } from "../../src/machine/snapshot.ts";

const { plainData } = fc.letrec<{ plainData: unknown }>((tie) => ({
  plainData: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(
      undefined,
      null,
      true,
      false,
      -0,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      "__proto__",
      "\ud800",
      "ÿĀ",
    ),
    fc.double(),
    fc.maxSafeInteger(),
    fc.string({ unit: "binary" }),
    fc.bigInt(),
    fc.uint8Array(),
    fc.array(tie("plainData")),
    fc.array(fc.tuple(fc.string(), tie("plainData"))).map((entries) => new Map(entries)),
    fc.array(fc.oneof(fc.string(), fc.integer())).map((members) => new Set(members)),
    fc.dictionary(fc.string(), tie("plainData")),
  ),
}));

test.prop([plainData])("a state comes back equal, and encodes to the same bytes again", (value) => {
  const bytes = encodeSnapshot(value);
  const back = decodeSnapshot(bytes);
  expect(back).toStrictEqual(value);
  expect(encodeSnapshot(back)).toEqual(bytes);
});

test.prop([fc.uint8Array({ maxLength: 64 })])(
  "rubbish is refused, never read as something and never a crash",
  (rubbish) => {
    const bytes = new Uint8Array([0x66, 0x74, 0x73, 0x01, ...rubbish]);
    try {
      decodeSnapshot(bytes);
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(FieldtapeError);
      expect(thrown).toMatchObject({ code: "INPUT_MALFORMED" });
    }
  },
);

test.prop([plainData, fc.nat(), fc.nat({ max: 255 })])(
  "a damaged snapshot gives a value or a refusal",
  (value, place, byte) => {
    const bytes = encodeSnapshot(value);
    bytes[place % bytes.length] = byte;
    try {
      decodeSnapshot(bytes);
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: "INPUT_MALFORMED" });
    }
  },
);

test.prop([plainData])("a snapshot cut short is refused wherever it was cut", (value) => {
  const bytes = encodeSnapshot(value);
  for (let length = 0; length < bytes.length; length += Math.max(1, Math.floor(bytes.length / 50))) {
    expect(() => decodeSnapshot(bytes.subarray(0, length))).toThrow(/cannot be read/);
  }
});

plain("−0 and NaN survive", () => {
  expect(decodeSnapshot(encodeSnapshot([-0, Number.NaN]))).toStrictEqual([-0, Number.NaN]);
});

plain("what was one thing in two places stays one thing, a ring stays a ring", () => {
  const shared = { count: 1 };
  const back = decodeSnapshot(encodeSnapshot({ first: shared, second: shared }));
  expect(back).toSatisfy((pair: { first: object; second: object }) => pair.first === pair.second);

  const ring: unknown[] = [];
  ring.push(ring);
  expect(decodeSnapshot(encodeSnapshot(ring))).toSatisfy((again: unknown[]) => again[0] === again);
});

plain("changing the state afterwards does not change the snapshot", () => {
  const state = { partial: new Uint8Array([1, 2, 3]) };
  const bytes = encodeSnapshot(state);
  state.partial[0] = 9;
  expect(decodeSnapshot(bytes)).toEqual({ partial: new Uint8Array([1, 2, 3]) });
});

plain("a key that would set the prototype is only a key", () => {
  const hostile: unknown = JSON.parse('{"__proto__":{"admin":true}}');
  const back = decodeSnapshot(encodeSnapshot(hostile));
  expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
  expect(Object.keys(back as object)).toEqual(["__proto__"]);
});

plain.each([
  ["a function", { frames: [{ handler: () => 0 }] }, /state\.frames\.0\.handler is a function/],
  ["a date", { seen: new Date(0) }, /state\.seen is a Date/],
  ["an instance of a class", new (class Framer {})(), /state is a Framer/],
  ["a symbol", [Symbol("x")], /state\.0 is a symbol/],
  ["an array with holes", { list: new Array(3) }, /state\.list is an array with holes/],
  ["two-byte samples", { samples: new Uint16Array(2) }, /state\.samples is a Uint16Array/],
])("a state with %s in it is refused with its place", (_, state, message) => {
  expect(() => encodeSnapshot(state)).toThrow(message);
});

plain("a state that is nested without end is refused", () => {
  let nested: unknown = 1;
  for (let i = 0; i < 200; i += 1) nested = [nested];
  expect(() => encodeSnapshot(nested)).toThrow(/nested deeper than 128/);
  const hostile = new Uint8Array(100_000).fill(10);
  hostile.set([0x66, 0x74, 0x73, 0x01]);
  for (let i = 5; i < hostile.length; i += 2) hostile[i] = 1;
  expect(() => decodeSnapshot(hostile)).toThrow(/nested deeper than 128/);
});

plain("an announced length beyond the bytes is refused before anything is allocated", () => {
  for (const tag of [6, 7, 8, 9, 10, 11, 12, 13, 14]) {
    const announces = new Uint8Array([0x66, 0x74, 0x73, 0x01, tag, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
    expect(() => decodeSnapshot(announces)).toThrow(/cannot be read/);
  }
});
