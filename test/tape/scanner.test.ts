import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { FieldtapeError } from "../../src/errors.ts";
import { LINE_MAX } from "../../src/tape/limits.ts";
import { formatRecord } from "../../src/tape/line.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { type TapePlace, TapeScanner, type UnreadableLine } from "../../src/tape/scanner.ts";
import { nanos, ZERO } from "../../src/time/nanos.ts";
import { header, tapeBytes } from "./tape-files.ts";
import { channel, raw, traffic } from "./traffic.ts";

/** Feeds a scanner piece by piece, each piece in a buffer that is overwritten afterwards. */
function scan(
  bytes: Uint8Array,
  { cuts = [] as readonly number[], from = undefined as TapePlace | undefined, tolerant = false } = {},
) {
  const unreadable: UnreadableLine[] = [];
  const scanner = new TapeScanner({
    file: "field.tape.jsonl",
    verify: true,
    ...(from === undefined ? {} : { from }),
    ...(tolerant ? { onUnreadable: (line) => unreadable.push(line) } : {}),
  });
  const records: TapeRecord[] = [];
  const lines: number[] = [];
  const take = (batches: ReturnType<TapeScanner["append"]>): void => {
    for (const batch of batches) {
      batch.records.forEach((record, index) => {
        records.push(record);
        lines.push(batch.firstLine + index);
      });
    }
  };
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  let failure: unknown;
  try {
    edges.slice(1).forEach((end, index) => {
      const piece = Uint8Array.from(bytes.subarray(edges[index], end));
      take(scanner.append(piece));
      piece.fill(0x58);
    });
  } catch (thrown) {
    failure = thrown;
    take(scanner.takeRead());
  }
  return { records, lines, unreadable, failure, facts: scanner.facts(), header: scanner.header };
}

const text = (...records: TapeRecord[]): Buffer =>
  Buffer.from(records.map((record) => `${formatRecord(record)}\n`).join(""));
const failureOf = (bytes: Uint8Array): string => {
  const { failure } = scan(bytes);
  return failure instanceof FieldtapeError ? `${failure.code} ${failure.message}` : `${failure}`;
};

describe("a tape in pieces", () => {
  property.prop([traffic(), fc.array(fc.nat(), { maxLength: 30 })])(
    "is the same tape wherever the pieces are cut",
    (records, cuts) => {
      const bytes = tapeBytes(records);
      const whole = scan(bytes);
      expect(scan(bytes, { cuts })).toEqual(whole);
      expect(whole.records.slice(1, -1)).toEqual(records);
      expect(whole.lines).toEqual(whole.records.map((_, index) => index + 1));
      expect(whole.facts).toMatchObject({ tornBytes: 0, damagedCount: 0, unsealedBytes: 0, bytes: bytes.length });
    },
  );

  test("byte by byte is the same tape", () => {
    const bytes = tapeBytes([channel(0), raw(1, 0, "rx", "€ un, deux\r\n"), raw(2, 0, "tx", Uint8Array.of(0, 255))]);
    const cuts = Array.from(bytes, (_, index) => index);
    expect(scan(bytes, { cuts })).toEqual(scan(bytes));
  });
});

test("a tape cut at any byte loses only the line that was cut", () => {
  const records = [
    channel(0),
    raw(1, 0, "rx", "$GPGGA\r\n"),
    raw(1, 0, "tx", Uint8Array.of(0xab)),
    raw(5, 0, "rx", "é"),
  ];
  const bytes = tapeBytes(records);
  const lines = bytes.toString().split("\n").slice(0, -1);
  let whole = 0;
  for (let length = 0; length <= bytes.length; length++) {
    if (bytes[length - 1] === 0x0a) whole++;
    const { records: read, failure, facts } = scan(bytes.subarray(0, length));
    expect(failure).toBeUndefined();
    expect(read.map(formatRecord)).toEqual(lines.slice(0, whole));
    expect(facts.bytes + facts.tornBytes).toBe(length);
    expect(facts.damagedCount).toBe(0);
    expect(facts.end !== undefined).toBe(length === bytes.length);
  }
});

describe("what may follow what", () => {
  const opened = [header, channel(0)] as const;

  test.each([
    [
      "at that goes back",
      [...opened, raw(5, 0, "rx", "abcdefgh"), raw(4, 0, "rx", "abcdefgh")],
      'TAPE_MALFORMED field.tape.jsonl:4: the line has "at" 4, which goes back behind 5',
    ],
    [
      "at of a mark that goes back",
      [...opened, raw(5, 0, "rx", "a"), { type: "mark", at: nanos(4), label: "" } as const],
      'field.tape.jsonl:4: the line has "at" 4, which goes back behind 5',
    ],
    [
      "a channel that nobody declared",
      [...opened, raw(5, 1, "rx", "abcdefgh")],
      "field.tape.jsonl:3: the line uses channel 1, which was not declared before",
    ],
    [
      "a gap on a channel that nobody declared",
      [...opened, { type: "gap", at: ZERO, channel: 7, cause: "queue" } as const],
      "field.tape.jsonl:3: the line uses channel 7",
    ],
    ["a second header", [...opened, header], "field.tape.jsonl:3: the line is a second header"],
    [
      "a line after the end",
      [...opened, { type: "end", at: ZERO, records: 2, reason: "stop" } as const, raw(5, 0, "rx", "abcdefgh")],
      "field.tape.jsonl:4: the line stands after the end of the tape",
    ],
  ])("%s is refused by its line", (_, records, problem) => {
    expect(failureOf(text(...records))).toContain(problem);
  });

  test("two records of one instant are well", () => {
    expect(failureOf(text(...opened, raw(5, 0, "rx", "a"), raw(5, 0, "tx", "b")))).toBe("undefined");
  });

  test("a fragment needs no declarations", () => {
    expect(failureOf(text(raw(5, 3, "rx", "a")))).toBe("undefined");
  });

  test("a feature that this version does not know is refused by its name", () => {
    const future = { ...header, requires: ["smell-o-vision"] };
    expect(failureOf(text(future))).toMatch(/^TAPE_UNSUPPORTED .*"smell-o-vision"/);
  });

  test("what stood before a refused line is handed out", () => {
    const { records, failure } = scan(
      Buffer.concat([text(...opened, raw(5, 0, "rx", "abcdefgh")), Buffer.from("oops\n")]),
    );
    expect(records).toHaveLength(3);
    expect(failure).toMatchObject({ code: "TAPE_MALFORMED", line: 4, file: "field.tape.jsonl" });
    expect(failure).toHaveProperty("hint", "fieldtape tape recover field.tape.jsonl keeps everything that is whole");
  });
});

describe("a line that is too long", () => {
  const long = Buffer.alloc(LINE_MAX + 1, 0x61);
  const tape = Buffer.concat([text(header), long, Buffer.from("\n"), text(channel(0))]);

  test("is refused before it is whole", () => {
    expect(failureOf(Buffer.concat([text(header), long]))).toMatch(/^LIMIT_EXCEEDED field.tape.jsonl:2: /);
    expect(failureOf(tape)).toMatch(/^LIMIT_EXCEEDED field.tape.jsonl:2: /);
  });

  test("is passed over where holes are expected", () => {
    const start = text(header).length;
    for (const cuts of [[], [start + 10], [start + 10, start + LINE_MAX - 5, tape.length - 20]]) {
      const { records, lines, unreadable, facts } = scan(tape, { cuts, tolerant: true });
      expect(records).toEqual([header, channel(0)]);
      expect(lines).toEqual([1, 3]);
      expect(unreadable).toMatchObject([{ line: 2, start, end: start + LINE_MAX + 2 }]);
      expect(facts).toMatchObject({ lines: 3, bytes: tape.length });
    }
  });

  test("of exactly 1 MiB is read", () => {
    const around = text({ type: "mark", at: ZERO, label: "" }).length;
    const mark: TapeRecord = { type: "mark", at: ZERO, label: "x".repeat(LINE_MAX - around) };
    expect(scan(text(mark), { cuts: [500_000] }).records).toEqual([mark]);
  });
});

describe("where holes are expected", () => {
  test("every line that is no record is told with its bytes, and the others are read", () => {
    const bytes = Buffer.concat([
      text(header, channel(0)),
      Buffer.from("{oops\n\n"),
      text(raw(1, 0, "rx", "abcdefgh")),
    ]);
    const start = text(header, channel(0)).length;
    const { records, lines, unreadable, failure } = scan(bytes, { tolerant: true, cuts: [start + 2] });
    expect(failure).toBeUndefined();
    expect(records).toEqual([header, channel(0), raw(1, 0, "rx", "abcdefgh")]);
    expect(lines).toEqual([1, 2, 5]);
    expect(unreadable).toMatchObject([
      { line: 3, start, end: start + 6 },
      { line: 4, start: start + 6, end: start + 7 },
    ]);
  });

  test("order is not looked at", () => {
    const bytes = text(header, raw(9, 3, "rx", "abcdefgh"), raw(5, 3, "rx", "abcdefgh"));
    const { records, failure, unreadable } = scan(bytes, { tolerant: true });
    expect([failure, unreadable]).toEqual([undefined, []]);
    expect(records).toHaveLength(3);
  });
});

describe("the hash chain", () => {
  /** Some blocks' worth. */
  const long = tapeBytes([
    channel(0),
    ...Array.from({ length: 3000 }, (_, index) => raw(index, 0, "rx", `reading ${index} of many, many more`)),
  ]);
  const place = long.indexOf("reading 1500 ");

  test("is unbroken on a tape as it was written", () => {
    const { facts, lines } = scan(long, { cuts: [70_000, 140_000] });
    expect(facts).toMatchObject({ damagedCount: 0, unsealedBytes: 0 });
    expect(facts.hashLines).toBeGreaterThan(3);
    expect(lines.length).toBe(3000 + 2 + facts.hashLines);
  });

  test("names the one block that was edited, and reads on", () => {
    const edited = Buffer.from(long);
    edited.write("Reading", place);
    const { facts, records } = scan(edited, { cuts: [100_000] });
    expect(records).toHaveLength(scan(long).records.length);
    expect(facts.damagedCount).toBe(1);
    const [block] = facts.damaged;
    expect(block?.start).toBeLessThan(place);
    expect(block?.end).toBeGreaterThan(place);
    const lines = long.toString().split("\n");
    expect(lines.slice((block?.firstLine ?? 0) - 1, block?.lastLine).join("\n")).toContain("reading 1500 ");
    expect(lines[(block?.lastLine ?? 0) - 1]).toContain('"type":"block"');
  });

  test("names the one block whose digits were altered", () => {
    const edited = Buffer.from(long);
    const digit = edited.indexOf('"sha256":"') + 12;
    edited[digit] = edited[digit] === 0x61 ? 0x62 : 0x61;
    expect(scan(edited).facts.damaged).toMatchObject([{ block: 1 }]);
  });

  test("takes digits in upper case for damage", () => {
    const start = long.lastIndexOf('"sha256":"') + 10;
    const upper = Buffer.from(long);
    upper.write(upper.toString("latin1", start, start + 64).toUpperCase(), start);
    expect(scan(upper).facts.damagedCount).toBe(1);
  });

  test("is taken up at the first hash line when reading begins in the middle", () => {
    const byte = long.lastIndexOf("\n", place) + 1;
    const line = long.toString("utf8", 0, byte).split("\n").length;
    const from = { byte, line, at: nanos(1400) };
    const { facts, lines, records } = scan(long.subarray(byte), { from });
    expect(records[0]).toEqual(raw(1500, 0, "rx", "reading 1500 of many, many more"));
    expect(lines[0]).toBe(line);
    expect(facts).toMatchObject({ damagedCount: 0, unsealedBytes: 0, bytes: long.length });
    const edited = Buffer.from(long);
    edited.write("Reading", long.indexOf("reading 2900 "));
    expect(scan(edited.subarray(byte), { from }).facts.damagedCount).toBe(1);
  });

  test("goes on from the segment before", () => {
    const head = { ...header, segment: 1, previous: "ab".repeat(32) };
    const bytes = tapeBytes([channel(0)], { head });
    expect(scan(bytes).facts.damagedCount).toBe(0);
    const other = Buffer.from(bytes);
    other.write("ac", other.indexOf("abab"));
    expect(scan(other).facts.damagedCount).toBe(1);
  });

  test("is not missed on a tape that has none", () => {
    expect(scan(text(header, channel(0))).facts).toMatchObject({ hashLines: 0, damagedCount: 0 });
  });
});
