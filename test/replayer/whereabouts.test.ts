import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Divergence } from "../../src/replayer/divergence.ts";
import { divergenceWords } from "../../src/replayer/divergence-words.ts";
import { findWhereabouts, soughtBy } from "../../src/replayer/whereabouts.ts";
import type { OutputRecord, TapeRecord } from "../../src/tape/record.ts";
import { nanos } from "../../src/time/nanos.ts";
import { batchesOf, channel, end, mark, raw } from "./toy-tape.ts";

const names = { tape: "a.tape.jsonl", expected: "golden.jsonl" };

const frame = (at: number, span: readonly [number, number], values: number[] = []): OutputRecord => ({
  type: "output",
  at: nanos(at),
  machine: "modbus-tcp",
  channel: 0,
  value: { type: "frame", dir: "rx", span, values },
});

describe("where a divergence lies", () => {
  test("is the read that completed the span, with the bytes of the span, however they were read", () =>
    fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 120 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
        fc.nat(),
        fc.nat(),
        async (bytes, cuts, first, length) => {
          const offset = first % bytes.length;
          const span = [offset, 1 + (length % (bytes.length - offset))] as const;
          const tape: TapeRecord[] = [channel(0), channel(1)];
          const ends: number[] = [];
          for (let from = 0; from < bytes.length; ) {
            const to = from + (cuts.next().value ?? 1);
            tape.push(
              raw(from, 1, "rx", "elsewhere"),
              raw(from, 0, "tx", "other way"),
              raw(from, 0, "rx", bytes.subarray(from, to)),
            );
            ends.push(Math.min(to, bytes.length));
            from = to;
          }
          const read = ends.findIndex((to) => to >= span[0] + span[1]);
          const found = await findWhereabouts(batchesOf(tape, 3), { at: nanos(1e9), channel: 0, dir: "rx", span });
          expect(found.line).toBe(2 + 3 * (read + 1));
          const { start, bytes: around } = found.bytes!;
          expect(start).toBe(Math.max(0, span[0] - 16));
          expect(Buffer.from(around)).toEqual(Buffer.from(bytes.subarray(start, start + around.length)));
          const shown = Math.min(bytes.length, span[0] + Math.min(span[1], 64) + 16);
          expect(start + around.length).toBe(shown);
        },
      ),
    ));

  test("is the last thing that happened by then, when nothing says which bytes", async () => {
    const tape = [channel(0), raw(5, 0, "rx", "abc"), raw(7, 0, "tx", "def"), mark(8, "x"), raw(9, 0, "rx", "late")];
    const found = await findWhereabouts(batchesOf(tape), { at: nanos(8), channel: 0 });
    expect(found).toMatchObject({ line: 3, bytes: { dir: "tx", start: 0, span: [0, 3] } });
    expect(await findWhereabouts(batchesOf([channel(0), end(3)]), { at: nanos(8) })).toEqual({ line: 0 });
  });
});

describe("a divergence in words", () => {
  test("names line, time, field, both values and the bytes", async () => {
    const divergence: Divergence = {
      type: "different",
      path: ["value", "values", 1],
      expected: { line: 12, record: frame(1_500_000_000, [4, 3], [1, 2]) },
      actual: frame(1_500_000_000, [4, 3], [1, 7]),
    };
    const tape = [channel(0), raw(0, 0, "rx", "\x00\x01\x02\x03\x04"), raw(1_500_000_000, 0, "rx", "\x05\x06\x07")];
    const where = await findWhereabouts(batchesOf(tape), soughtBy(divergence));
    expect(divergenceWords(divergence, where, names)).toMatchInlineSnapshot(`
      "first divergence: a.tape.jsonl, line 3, at 1.5s
        differs in       value.values[1]
        expected         2
        actual           7
        expected record  {"type":"output","at":1500000000,"machine":"modbus-tcp","channel":0,"value":{"type":"frame","dir":"rx","span":[4,3],"values":[1,2]}}
                         (golden.jsonl, line 12)
        actual record    {"type":"output","at":1500000000,"machine":"modbus-tcp","channel":0,"value":{"type":"frame","dir":"rx","span":[4,3],"values":[1,7]}}
        bytes            00 01 02 03 [04 05 06] 07  (channel 0 rx, from byte 0)"
    `);
  });

  test("says what is missing and what is too much", () => {
    const where = { line: 3 };
    const missing: Divergence = { type: "missing", expected: { line: 12, record: frame(1, [0, 1]) } };
    expect(divergenceWords(missing, where, names)).toContain("actual    nothing more");
    const unexpected: Divergence = { type: "unexpected", actual: frame(1, [0, 1]) };
    expect(divergenceWords(unexpected, where, names)).toContain("expected  nothing more (golden.jsonl)");
  });

  test("shows what a participant sent beside what was recorded", () => {
    const divergence: Divergence = {
      type: "sent",
      channel: 2,
      offset: 22,
      start: 20,
      expected: Uint8Array.of(0x41, 0x42, 0x43),
      actual: Uint8Array.of(0x41, 0x42),
      line: 9,
      at: nanos(2e9),
    };
    expect(divergenceWords(divergence, { line: 8 }, { ...names, expected: "a.tape.jsonl" })).toMatchInlineSnapshot(`
      "first divergence: a.tape.jsonl, line 8, at 2s
        differs in  byte 22 of what was sent on channel 2 (recorded in a.tape.jsonl, line 9)
        expected    41 42 [43]
        actual      nothing more"
    `);
    expect(divergenceWords({ ...divergence, late: 3_000_000 }, { line: 8 }, names)).toContain("actual      3ms later");
  });

  test("stays on one screen however long the records are", () => {
    const long = frame(
      1,
      [0, 60_000],
      Array.from({ length: 60_000 }, (_, index) => index),
    );
    const divergence: Divergence = { type: "unexpected", actual: long };
    const where = {
      line: 1,
      bytes: { channel: 0, dir: "rx", start: 0, bytes: new Uint8Array(5000), span: [0, 5000] },
    } as const;
    const words = divergenceWords(divergence, where, names);
    expect(words.split("\n").length).toBeLessThan(10);
    expect(words.length).toBeLessThan(1500);
  });
});
