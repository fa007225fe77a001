import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { FieldtapeError } from "../../src/errors.ts";
import { compilePredicate } from "../../src/tape/predicate.ts";
import type { OutputRecord, RawRecord, TapeRecord } from "../../src/tape/record.ts";
import { nanos, ZERO } from "../../src/time/nanos.ts";

const frame: OutputRecord = {
  type: "output",
  at: nanos(2_500_000_000),
  machine: "modbus-tcp",
  channel: 3,
  value: {
    type: "frame",
    dir: "rx",
    span: [0, 12],
    function: 3,
    exception: null,
    values: [7, 65535],
    sentence: "$GPGGA,1*47",
    "odd key": { deep: true },
  },
};
const read: RawRecord = {
  type: "raw",
  at: nanos(90_000_000),
  channel: 0,
  dir: "tx",
  bytes: new Uint8Array([0xaa, 0x55, 0x41, 0x0d]),
};
const unknown: TapeRecord = {
  type: "unknown",
  at: nanos(5),
  json: '{"type":"photo","at":5,"channel":2,"camera":{"name":"north"}}',
};

const holds = (text: string, record: TapeRecord): boolean => compilePredicate(text)(record);

function refusal(text: string): FieldtapeError {
  try {
    compilePredicate(text);
  } catch (thrown) {
    if (thrown instanceof FieldtapeError) return thrown;
    throw thrown;
  }
  throw new Error(`accepted: ${text}`);
}

describe("what a predicate finds in a record", () => {
  test.each([
    ["type = output", frame, true],
    ['type = "raw"', frame, false],
    ["value.type = frame", frame, true],
    ["function = 3", frame, true],
    ["function = 0x03", frame, true],
    ["value.function = 4", frame, false],
    ["values[1] = 0xFFFF", frame, true],
    ["values[2] exists", frame, false],
    ["values.length = 2", frame, true],
    ["sentence.length > 5", frame, true],
    ["value['odd key'].deep = true", frame, true],
    ['value."odd key".deep = true', frame, true],
    ["dir = rx", frame, true],
    ["channel = 3", frame, true],
    ["machine ~ '^modbus'", frame, true],
    ['sentence ~ "^\\$GP(GGA|RMC),\\d"', frame, true],
    ["at = 2.5s", frame, true],
    ["at >= 2500ms and at < 1m30s", frame, true],
    ["at = 2500000000", frame, true],
    ["exception exists", frame, true],
    ["exception = null", frame, true],
    ["value = 3", frame, false],
    ["value exists", frame, true],
    ["dir = tx", read, true],
    ['hex ~ "^aa55"', read, true],
    ["hex = 'aa55410d'", read, true],
    ['text ~ "A\\r$"', read, true],
    ["length = 4", read, true],
    ["bytes[0] = 0xaa and bytes[4] exists", read, false],
    ["bytes.length = 4 and bytes[3] = 13", read, true],
    ["type = photo", unknown, true],
    ["type = unknown", unknown, false],
    ["camera.name in [south, north]", unknown, true],
    ["channel = 2 and at = 5ns", unknown, true],
    ["label = 'pump on'", { type: "mark", at: ZERO, label: "pump on" }, true],
    ["cause in [overrun, queue]", { type: "gap", at: ZERO, cause: "queue", bytes: 12 }, true],
    ["bytes > 10", { type: "gap", at: ZERO, cause: "queue", bytes: 12 }, true],
  ] as const)("%s", (text, record, expected) => {
    expect(holds(text, record)).toBe(expected);
  });

  test("a member that is missing compares as false with everything, and not turns that round", () => {
    for (const operator of ["=", "!=", "<", "<=", ">", ">="]) {
      expect(holds(`nothing ${operator} 3`, frame)).toBe(false);
      expect(holds(`not nothing ${operator} 3`, frame)).toBe(true);
    }
    expect(holds("nothing in [null, 3]", frame)).toBe(false);
    expect(holds('nothing ~ "."', frame)).toBe(false);
    expect(holds("nothing.deeper[3] exists", frame)).toBe(false);
  });

  test("values of different types are unequal, and neither less nor greater", () => {
    expect(holds('function != "3"', frame)).toBe(true);
    expect(holds('function = "3"', frame)).toBe(false);
    expect(holds('function < "9" or function >= "0"', frame)).toBe(false);
    expect(holds("exception < 1 or exception >= 0", frame)).toBe(false);
  });

  test("and binds closer than or, not closer than both, parentheses closest", () => {
    expect(holds("type = output or type = raw and function = 9", frame)).toBe(true);
    expect(holds("(type = output or type = raw) and function = 9", frame)).toBe(false);
    expect(holds("not type = raw and function = 3", frame)).toBe(true);
    expect(holds("not (type = output and function = 3)", frame)).toBe(false);
    expect(holds("not not function = 3", frame)).toBe(true);
  });

  test("nothing is reached that does not stand on the line", () => {
    for (const path of [
      "constructor",
      "value.constructor",
      "value.__proto__",
      "values.map",
      "toString",
      "hex.constructor",
    ])
      expect(holds(`${path} exists`, frame), path).toBe(false);
  });

  test("text with bytes that are not UTF-8 can still be searched", () => {
    expect(holds('text ~ "UA"', { ...read, bytes: new Uint8Array([0xff, 0x55, 0x41]) })).toBe(true);
  });
});

describe("what is refused", () => {
  test("the error shows the place with a caret", () => {
    const error = refusal("function = = 3");
    expect(error.code).toBe("PREDICATE_INVALID");
    expect(error.message).toBe('expected a value after "=" (column 12)\n  function = = 3\n             ^');
    expect(error.hint).toBe('equality is a single "="');
  });

  test("in a long predicate the error shows the surroundings of the place", () => {
    const error = refusal(`${"function = 3 and ".repeat(50)}§`);
    const [, shown, caret] = error.message.split("\n");
    expect(shown!.length).toBeLessThan(130);
    expect(shown!.charAt(caret!.indexOf("^"))).toBe("§");
  });

  test.each([
    ["", "column 1"],
    ["function", "expected one of"],
    ["function = ", 'expected a value after "="'],
    ["function == 3", "expected a value"],
    ["function = 3 ||", "column 14"],
    ["3 = function", "left of the operator"],
    ["a = b.c", "two members"],
    ["a in []", "expected a value"],
    ["a in [1, 2", 'expected "," or "]"'],
    ["a in 3", 'expected "["'],
    ["a ~ b", "pattern in quotes"],
    ['a ~ "("', "missing closing"],
    ['a ~ "(?=x)"', "not valid"],
    ['a = "open', "not closed"],
    ["(a = 1", 'expected ")"'],
    ["a = 1)", '"and", "or" or the end'],
    ["a = 1 b = 2", '"and", "or" or the end'],
    ["a = 12parsecs", "no number and no duration"],
    ["a = 0x1FFFFFFFFFFFFFFF", "beyond"],
    ["a = 1e999", "too large"],
    ["a[-1] = 1", "index from 0 up"],
    ["a[1.5] = 1", "index from 0 up"],
    ["and = 1", "expected a name"],
    ["a. = 1", 'after "."'],
    ["!a = 1", "not"],
  ])("%s", (text, why) => {
    const error = refusal(text);
    expect(error.code).toBe("PREDICATE_INVALID");
    expect(`${error.message} ${error.hint}`).toContain(why);
  });

  test("limits hold on length, depth, lists, paths and patterns", () => {
    expect(refusal(`a = "${"x".repeat(5_000)}"`).message).toContain("longer than 4096");
    expect(refusal(`${"(".repeat(40)}a = 1${")".repeat(40)}`).message).toContain("32 levels");
    expect(refusal(`${"not ".repeat(900)}a = 1`).message).toContain("32 levels");
    expect(refusal(`a in [${Array.from({ length: 257 }, (_, index) => index).join()}]`).message).toContain(
      "256 values",
    );
    expect(refusal(`a${".b".repeat(17)} = 1`).message).toContain("16 steps");
    expect(refusal(`a ~ "${"x".repeat(501)}"`).message).toContain("500 characters");
    expect(refusal(`a ~ "${"\\pL{999}".repeat(4)}"`).message).toContain("too large");
  });

  property.prop([
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .array(
          fc.constantFrom(
            "a",
            "value",
            ".",
            "[",
            "]",
            "(",
            ")",
            "=",
            "!=",
            "<=",
            "~",
            "in",
            "not",
            "and",
            "or",
            "exists",
            "1",
            "2s",
            "0x",
            "-",
            '"',
            "'",
            "\\",
            '"(a+"',
            "true",
            ",",
          ),
          { maxLength: 25 },
        )
        .map((pieces) => pieces.join(" ")),
      fc.string({ maxLength: 40 }).map((inner) => `a ~ "${inner}"`),
    ),
  ])("any text is a predicate or refused as one, and a predicate answers for every record", (text) => {
    let predicate: ReturnType<typeof compilePredicate>;
    try {
      predicate = compilePredicate(text);
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(FieldtapeError);
      expect((thrown as FieldtapeError).code).toBe("PREDICATE_INVALID");
      return;
    }
    for (const record of [frame, read, unknown]) expect(typeof predicate(record)).toBe("boolean");
  });

  property.prop([fc.integer(), fc.integer(), fc.constantFrom("=", "!=", "<", "<=", ">", ">=")])(
    "numbers compare as numbers do",
    (left, right, operator) => {
      const expected: Record<string, boolean> = {
        "=": left === right,
        "!=": left !== right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
      };
      const record: TapeRecord = { type: "output", at: ZERO, machine: "m", value: { n: left } };
      expect(holds(`n ${operator} ${right}`, record)).toBe(expected[operator]);
    },
  );

  property.prop([fc.string({ unit: "binary" })])("any text can be asked for, escaped as JSON does", (text) => {
    const record: TapeRecord = { type: "mark", at: ZERO, label: text };
    expect(holds(`label = ${JSON.stringify(text)}`, record)).toBe(true);
  });
});
