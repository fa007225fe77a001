import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { FieldtapeError } from "../../src/errors.ts";
import { CanonicalLines } from "../../src/tape/canonical-line.ts";
import { formatRecord, parseRecord } from "../../src/tape/line.ts";
import { LineEncoder } from "../../src/tape/line-encoder.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { nanos, ZERO } from "../../src/time/nanos.ts";
import { anyHeader, anyRaw, anyRecord, awkwardBytes } from "./any-record.ts";

const parse = (line: string | Uint8Array, previousAt = ZERO): TapeRecord => {
  const bytes = Buffer.from(line);
  return parseRecord(bytes, 0, bytes.length, previousAt);
};

/** As the fast path reads it, among other lines; `undefined` if it leaves it to the other. */
const readFast = (line: string | Uint8Array): TapeRecord | undefined => {
  const lines = Buffer.concat([Buffer.from("{}\n"), Buffer.from(line), Buffer.from("\n{}\n"), Buffer.alloc(40, 0x20)]);
  const canonical = new CanonicalLines();
  canonical.over(lines, lines.length);
  return canonical.read(3);
};

const raw = (bytes: Uint8Array | string): TapeRecord => ({
  type: "raw",
  at: nanos(1_834_211),
  channel: 0,
  dir: "rx",
  bytes: typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes,
});

const problemOf = (line: string | Uint8Array): string => {
  try {
    parse(line);
  } catch (thrown) {
    if (thrown instanceof FieldtapeError) return `${thrown.code}: ${thrown.message}`;
    throw thrown;
  }
  return "none";
};

/** Says a JSON text in another way: members turned round (those of values keep their order), white space, every character escaped. */
const otherwise = (line: string): string => {
  const say = (value: unknown, isRecord = false): string => {
    if (Array.isArray(value)) return `[ ${value.map((item) => say(item)).join(" ,\t")} ]`;
    if (typeof value === "string") return escaped(value);
    if (typeof value !== "object" || value === null) return JSON.stringify(value);
    const members = Object.entries(value).map(([name, member]) => `${escaped(name)} :${say(member)}`);
    return `{\r ${(isRecord ? members.toReversed() : members).join(", ")} }`;
  };
  return ` ${say(JSON.parse(line), true)} `;
};
const escaped = (text: string): string =>
  `"${Array.from({ length: text.length }, (_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, "0")}`).join("")}"`;

describe("a line", () => {
  property.prop([anyRecord])("gives back the record that it was made from", (record) => {
    expect(parse(formatRecord(record))).toEqual(record);
  });

  property.prop([anyHeader])("gives back the header that it was made from", (header) => {
    expect(parse(formatRecord(header))).toEqual(header);
  });

  property.prop([anyRecord])("means the same with its members turned round, escaped and spaced", (record) => {
    expect(parse(otherwise(formatRecord(record)))).toEqual(record);
  });

  property.prop([anyRecord])("is canonical: what was read is written the same", (record) => {
    const line = formatRecord(record);
    expect(formatRecord(parse(line))).toBe(line);
    expect(formatRecord(parse(otherwise(line)))).toBe(line);
  });

  property.prop([fc.array(anyRecord, { maxLength: 20 })])("is the same from the batch writer", (records) => {
    const encoder = new LineEncoder();
    for (const record of records) encoder.append(record, 0);
    expect(encoder.take().toString()).toBe(records.map((record) => `${formatRecord(record)}\n`).join(""));
  });

  property.prop([awkwardBytes])("holds any bytes, as text where docs/tape-format.md says so", (bytes) => {
    const line = formatRecord(raw(bytes));
    const text = Buffer.from(bytes).toString("utf8");
    const isText = Buffer.from(text).equals(bytes) && !/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/.test(text);
    expect(line.includes('"text":')).toBe(isText);
    expect(parse(line)).toEqual(raw(bytes));
  });
});

describe("the fast path", () => {
  property.prop([anyRecord])("reads what the schema reads", (record) => {
    const line = formatRecord(record);
    const fast = readFast(line);
    if (fast !== undefined) expect(fast).toEqual(parse(line));
  });

  property.prop([anyRaw])("is taken by every raw record with nothing unusual in it", (record) => {
    const line = formatRecord(record);
    if (!/\\[bfu]/.test(line)) expect(readFast(line)).toEqual(record);
  });

  property.prop(
    [anyRecord, fc.nat(), fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(...Buffer.from('"{}:,\\ 0-1.eE')))],
    { numRuns: 2000 },
  )("agrees with the schema on every altered line", (record, place, byte) => {
    const line = Buffer.from(formatRecord(record));
    line[place % line.length] = byte === 0x0a ? 0x20 : byte;
    const fast = readFast(line);
    if (fast !== undefined && Buffer.from(line.toString()).equals(line)) expect(fast).toEqual(parse(line));
  });

  test.each([
    ["a leading zero", '{"type":"raw","at":01,"channel":0,"dir":"rx","text":"abcdefghijklmnop"}'],
    ["a number beyond 2⁵³−1", '{"type":"raw","at":9007199254740992,"channel":0,"dir":"rx","text":"abcdefghijklmnop"}'],
    ["a channel beyond 999,999", '{"type":"raw","at":1,"channel":1000000,"dir":"rx","text":"abcdefghijklmnop"}'],
    ["a third direction", '{"type":"raw","at":1,"channel":0,"dir":"up","text":"abcdefghijklmnop"}'],
    ["a control character as it stands", '{"type":"raw","at":1,"channel":0,"dir":"rx","text":"abcd\x01fghijklmnop"}'],
    ["text and base64", '{"type":"raw","at":1,"channel":0,"dir":"rx","text":"a","b64":"QQ=="}'],
    ["no padding", '{"type":"raw","at":1,"channel":0,"dir":"rx","b64":"QUI"}'],
    ["bits under the padding", '{"type":"raw","at":1,"channel":0,"dir":"rx","b64":"QUJ="}'],
    ["padding in the middle", '{"type":"raw","at":1,"channel":0,"dir":"rx","b64":"QQ==QQ=="}'],
    ["base64 of the URL kind", '{"type":"raw","at":1,"channel":0,"dir":"rx","b64":"-_-_"}'],
    ["half of a surrogate pair", '{"type":"raw","at":1,"channel":0,"dir":"rx","text":"\\ud83d"}'],
    ["a value with a tail", '{"type":"output","at":1,"machine":"m","channel":0,"value":1 2}'],
  ])("and the schema both refuse %s", (_, line) => {
    expect(readFast(line)).toBeUndefined();
    expect(problemOf(line)).toMatch(/^TAPE_MALFORMED: the line /);
  });
});

describe("a line that is no record says what is wrong", () => {
  test.each([
    ["", "is empty"],
    ["{", "is not JSON"],
    ["[]", "is not a JSON object"],
    ['{"at":1}', 'has no "type"'],
    ['{"type":7}', 'has no "type"'],
    ['{"type":"raw","at":-1,"channel":0,"dir":"rx","text":""}', '"raw" "at":'],
    ['{"type":"raw","at":1.5,"channel":0,"dir":"rx","text":""}', '"raw" "at":'],
    ['{"type":"raw","at":1,"channel":0,"dir":"rx"}', 'exactly one of "text" and "b64"'],
    ['{"type":"gap","at":1,"cause":"gremlins"}', '"gap" "cause":'],
    ['{"type":"output","at":1,"machine":"m"}', '"output" "value": must be there'],
    ['{"type":"output","at":1,"machine":"m","value":1e999}', "beyond what a double can say"],
    [`{"type":"output","at":1,"machine":"m","value":${"[".repeat(65)}${"]".repeat(65)}}`, "deeper than 64 levels"],
    ['{"type":"channel","at":0,"channel":0,"name":"a","kind":"stream","source":"","settings":[]}', "must be an object"],
    ['{"type":"blob","at":0,"media":"a/b","size":1,"sha256":"../../etc/passwd"}', "64 lower-case hex digits"],
    ['{"type":"wall","at":0,"wall":"yesterday","step":0}', "must be a date"],
  ])("%s", (line, problem) => {
    expect(problemOf(line)).toContain(problem);
  });

  test("bytes that are no UTF-8", () => {
    expect(problemOf(Buffer.from('{"type":"mark","at":0,"label":"\xff"}', "latin1"))).toContain("not valid UTF-8");
  });

  test("a later schema is unsupported rather than malformed", () => {
    expect(problemOf('{"type":"header","format":"fieldtape","schema":3}')).toMatch(/^TAPE_UNSUPPORTED: .*schema 3/);
  });

  test("a header of another program is malformed", () => {
    expect(problemOf('{"type":"header","format":"othertape","schema":3}')).toMatch(/^TAPE_MALFORMED: .*"format"/);
  });

  test("64 levels of nesting are well", () => {
    expect(problemOf(`{"type":"output","at":1,"machine":"m","value":${"[".repeat(64)}${"]".repeat(64)}}`)).toBe("none");
  });
});

describe("a record of a type from the future", () => {
  const line = '{"type":"radio","at":5, "strength":[ -70 ],"\\u0061":1}';

  test("is kept byte for byte", () => {
    expect(parse(line)).toEqual({ type: "unknown", at: 5, json: line });
    expect(formatRecord(parse(line))).toBe(line);
  });

  test("without a time of its own takes the one of the record before it", () => {
    expect(parse(line, nanos(7)).type === "unknown" && parse(line, nanos(7))).toMatchObject({ at: 7 });
    expect(parse('{"type":"radio","at":"noon"}', nanos(7))).toMatchObject({ at: 7 });
    expect(parse('{"type":"radio"}', nanos(7))).toMatchObject({ at: 7 });
  });
});

describe("what is too much for a line", () => {
  test("is refused when it is written", () => {
    const long: TapeRecord = { type: "mark", at: ZERO, label: "x".repeat(1 << 20) };
    expect(() => formatRecord(long)).toThrow(/mark record is longer/);
    const encoder = new LineEncoder();
    expect(() => encoder.append(long, 0)).toThrow(/mark record is longer/);
    expect(() => encoder.append(raw("x".repeat(1 << 20)), 0)).toThrow(/raw record is longer/);
    encoder.append(raw("x"), 0);
    expect(encoder.take().toString()).toBe(`${formatRecord(raw("x"))}\n`);
  });

  test("fits to the last byte", () => {
    const around = Buffer.byteLength(formatRecord(raw(""))) + 1;
    const full = raw("x".repeat((1 << 20) - around));
    const encoder = new LineEncoder();
    encoder.append(full, 0);
    expect(encoder.take().length).toBe(1 << 20);
    expect(formatRecord(full).length).toBe((1 << 20) - 1);
    const overfull = raw("x".repeat((1 << 20) - around + 1));
    expect(() => encoder.append(overfull, 0)).toThrow(/longer/);
    expect(() => formatRecord(overfull)).toThrow(/longer/);
  });

  test("as nesting is refused when it is written", () => {
    const deep = JSON.parse(`${"[".repeat(65)}${"]".repeat(65)}`);
    expect(() => formatRecord({ type: "output", at: ZERO, machine: "m", value: deep })).toThrow(/deeper than 64/);
  });
});
