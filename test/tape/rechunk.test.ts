import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { FieldtapeError } from "../../src/errors.ts";
import { parseRechunking, READ_SIZE_MAX, type Rechunking, rechunk } from "../../src/tape/rechunk.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { transformed, transformRecords } from "../../src/tape/transform.ts";
import { nanos } from "../../src/time/nanos.ts";
import { channel, raw, traffic, wires } from "./traffic.ts";

const cut = (records: readonly TapeRecord[], rechunking: Rechunking): readonly TapeRecord[] =>
  transformRecords(records, rechunk(rechunking));

const reads = (records: readonly TapeRecord[]): [number, string][] =>
  records.flatMap((record) => (record.type === "raw" ? [[record.at, Buffer.from(record.bytes).toString()]] : []));

const joined: Rechunking = { type: "joined" };
const pieces = (size: number): Rechunking => ({ type: "pieces", size });

describe("reads are cut anew", () => {
  const head = [channel(0), channel(1), channel(2, "datagram")];
  const mark: TapeRecord = { type: "mark", at: nanos(25), label: "here" };

  test("neighbouring reads of one channel and direction join, and carry the time of the last", () => {
    const tape = [
      ...head,
      raw(10, 0, "rx", "ab"),
      raw(20, 0, "rx", "cd"),
      raw(30, 0, "tx", "ef"),
      raw(40, 0, "rx", "gh"),
    ];
    expect(reads(cut(tape, joined))).toEqual([
      [20, "abcd"],
      [30, "ef"],
      [40, "gh"],
    ]);
  });

  test("any other record between two reads keeps them apart", () => {
    const tape = [
      ...head,
      raw(10, 0, "rx", "ab"),
      raw(20, 0, "rx", "cd"),
      mark,
      raw(30, 0, "rx", "ef"),
      raw(35, 1, "rx", "x"),
    ];
    expect(cut(tape, joined).slice(3)).toEqual([
      raw(20, 0, "rx", "abcd"),
      mark,
      raw(30, 0, "rx", "ef"),
      raw(35, 1, "rx", "x"),
    ]);
  });

  test("a hash line between two reads is no content: it keeps nothing apart and is left out", () => {
    const block: TapeRecord = { type: "block", at: nanos(15), records: 4, sha256: "0".repeat(64) };
    const tape = [...head, raw(10, 0, "rx", "ab"), block, raw(20, 0, "rx", "cd")];
    expect(cut(tape, joined).slice(3)).toEqual([raw(20, 0, "rx", "abcd")]);
  });

  test("a piece has the time of the read that its last byte came from", () => {
    const tape = [...head, raw(10, 0, "rx", "abcde"), raw(20, 0, "rx", "f"), raw(30, 0, "rx", "ghij")];
    expect(reads(cut(tape, pieces(3)))).toEqual([
      [10, "abc"],
      [20, "def"],
      [30, "ghi"],
      [30, "j"],
    ]);
    expect(reads(cut(tape, pieces(1))).map(([at]) => at)).toEqual([10, 10, 10, 10, 10, 20, 30, 30, 30, 30]);
  });

  test("datagrams are never joined or cut", () => {
    const tape = [...head, raw(10, 2, "rx", "abcde"), raw(20, 2, "rx", ""), raw(30, 2, "rx", "fg")];
    for (const rechunking of [joined, pieces(1), parseRechunking("random:1")])
      expect(cut(tape, rechunking)).toEqual(tape);
  });

  test("a long run is cut where memory would grow without end", () => {
    const read = new Uint8Array(READ_SIZE_MAX - 1);
    const lengths = cut([...head, raw(1, 0, "rx", read), raw(2, 0, "rx", read), raw(3, 0, "rx", "x")], joined).flatMap(
      (record) => (record.type === "raw" ? [record.bytes.length] : []),
    );
    expect(lengths).toEqual([READ_SIZE_MAX, READ_SIZE_MAX - 1]);
  });

  test("leaving one channel out does not change how chance cuts the others", () => {
    const long = new Uint8Array(3000);
    const both = [...head, raw(1, 0, "rx", long), raw(2, 1, "rx", long), raw(3, 0, "rx", long)];
    const of0 = (records: readonly TapeRecord[]) =>
      records.filter((record) => record.type === "raw" && record.channel === 0);
    const random = parseRechunking("random:9");
    const alone = [...head, raw(1, 0, "rx", long), { ...mark, at: nanos(2) }, raw(3, 0, "rx", long)];
    expect(of0(cut(both, random))).toEqual(of0(cut(alone, random)));
  });

  test("a piece is placed on the line that its last byte came from", async () => {
    async function* batches() {
      yield { firstLine: 7, records: [channel(0), raw(1, 0, "rx", "ab")] };
      yield { firstLine: 9, records: [raw(2, 0, "rx", "c"), raw(3, 0, "tx", "z")] };
    }
    const lines: number[] = [];
    for await (const placed of transformed(batches(), rechunk(joined))) lines.push(...placed.map(({ line }) => line));
    expect(lines).toEqual([7, 9, 10]);
  });
});

describe("whatever the cut", () => {
  const rechunking = fc.oneof(
    fc.constant(joined),
    fc.integer({ min: 1, max: 50 }).map(pieces),
    fc.nat().map((seed): Rechunking => ({ type: "random", seed })),
  );

  property.prop([traffic(), rechunking])(
    "the bytes of each wire stay, and so does the order of everything",
    (tape, how) => {
      const out = cut(tape, how);
      expect(wires(out)).toEqual(wires(tape));
      let at = 0;
      for (const record of out) {
        if (record.type === "header") continue;
        expect(record.at).toBeGreaterThanOrEqual(at);
        at = record.at;
      }
      const others = (records: readonly TapeRecord[]) => records.filter((record) => record.type !== "raw");
      expect(others(out)).toEqual(others(tape));
      // Between two other records, the same bytes of the same wires, in the same order.
      expect(runs(out)).toEqual(runs(tape));
    },
  );

  property.prop([traffic(), rechunking, rechunking])(
    "joining gives the same again, however it was cut before",
    (tape, first) => {
      expect(runs(cut(cut(tape, first), joined))).toEqual(runs(cut(tape, joined)));
    },
  );

  property.prop([traffic(), fc.integer({ min: 1, max: 20 })])("no piece is longer than asked for", (tape, size) => {
    for (const record of cut(tape, pieces(size)))
      if (record.type === "raw" && record.channel !== 2) expect(record.bytes.length).toBeLessThanOrEqual(size);
  });

  test("a seed gives the same cut for ever", () => {
    const out = cut([channel(0), raw(1, 0, "rx", new Uint8Array(600))], { type: "random", seed: 1 });
    expect(out.flatMap((record) => (record.type === "raw" ? [record.bytes.length] : []))).toMatchInlineSnapshot(`
      [
        6,
        3,
        41,
        83,
        63,
        128,
        1,
        5,
        2,
        54,
        1,
        18,
        2,
        15,
        1,
        27,
        29,
        49,
        72,
      ]
    `);
  });
});

/** For each stretch without any other record: which wire spoke, and what. */
function runs(records: readonly TapeRecord[]): unknown[] {
  const out: unknown[] = [];
  let wire = "";
  for (const record of records) {
    if (record.type !== "raw" || record.channel === 2) {
      wire = "";
      out.push(record);
      continue;
    }
    if (record.bytes.length === 0) continue;
    const key = `${record.channel}/${record.dir}`;
    const bytes = Buffer.from(record.bytes).toString("hex");
    if (key === wire) out.push(`${String(out.pop())}${bytes}`);
    else out.push(`${key} ${bytes}`);
    wire = key;
  }
  return out;
}

describe("--rechunk", () => {
  test("reads joined, a number of bytes, or a seed", () => {
    expect(parseRechunking("joined")).toEqual(joined);
    expect(parseRechunking("7")).toEqual(pieces(7));
    expect(parseRechunking("random:0")).toEqual({ type: "random", seed: 0 });
  });

  test.each(["", "0", "-1", "1.5", "262145", "random", "random:", "random:-1", "random:99999999999999999", "Joined"])(
    "refuses %j",
    (text) => {
      expect(() => parseRechunking(text)).toThrow(FieldtapeError);
    },
  );
});
