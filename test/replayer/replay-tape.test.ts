import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nanos } from "../../src/time/nanos.ts";
import { paced, said, steps } from "./replaying.ts";
import { SILENCE, toyLines } from "./toy-subject.ts";
import { channel, end, mark, raw, tapes } from "./toy-tape.ts";

describe("however a tape is played, the subject says the same", () => {
  test("in batches of any size", () =>
    fc.assert(
      fc.asyncProperty(tapes, fc.integer({ min: 1, max: 5 }), async (tape, batch) => {
        expect(await said(tape, toyLines, { batch })).toEqual(await said(tape, toyLines));
      }),
    ));

  test("one record or deadline at a time", () =>
    fc.assert(
      fc.asyncProperty(tapes, async (tape) => {
        expect(await said(tape, toyLines, { single: true })).toEqual(await said(tape, toyLines));
      }),
    ));

  test("on a clock, at any rate, with long silences shortened", () =>
    fc.assert(
      fc.asyncProperty(
        tapes,
        fc.constantFrom(0.1, 1, 7, 1000),
        fc.constantFrom(undefined, 1, SILENCE),
        async (tape, rate, maxGap) => {
          const played = await paced(tape, toyLines, { rate, ...(maxGap === undefined ? {} : { maxGap }) });
          expect(played.said).toEqual(await said(tape, toyLines));
        },
      ),
      { numRuns: 50 },
    ));
});

describe("on a clock", () => {
  test("the first event keeps its delay, and each comes at its own time", async () => {
    const tape = [channel(0), raw(2e9, 0, "rx", "a\n"), raw(2e9, 0, "rx", "b\n"), raw(3e9, 0, "rx", "c\n"), end(3e9)];
    const { steps: all, times, lateness } = await paced(tape, toyLines, { rate: 2, feed: { drain: nanos(0) } });
    expect(all.map((step, index) => [times[index], step.fed.map((record) => record.type)])).toEqual([
      [0, ["channel"]],
      [1e9, ["raw", "raw"]],
      [1.5e9, ["raw"]],
      [1.5e9, ["end"]],
    ]);
    expect(lateness.figures().max).toBe(0);
  });

  test("a deadline of the subject fires when it is due, not when the next bytes come", async () => {
    const tape = [channel(0), raw(0, 0, "rx", "a"), raw(9e9, 0, "rx", "b\n")];
    const { steps: all, times } = await paced(tape, toyLines);
    const fault = all.findIndex(({ outputs }) => outputs.length > 0);
    expect(times[fault]).toBe(SILENCE);
  });

  test("an hour of silence is waited for only as long as asked", async () => {
    const hour = 3_600_000_000_000;
    const tape = [channel(0), raw(1000, 0, "rx", "a\n"), raw(hour, 0, "rx", "b\n"), end(hour)];
    const { steps: all, times, said: lines } = await paced(tape, toyLines, { maxGap: 1e9, feed: { drain: nanos(0) } });
    expect(times.at(-1)).toBe(1_000_001_000);
    expect(all.at(-1)?.at).toBe(hour);
    expect(lines.at(-1)).toContain(`"at":${hour}`);
  });
});

describe("the end of a run", () => {
  test("an empty tape runs for the drain and ends", async () => {
    const all = await steps([], toyLines);
    expect(all).toEqual([
      { fed: [{ type: "end", at: 1e9, records: 0, reason: "replayed" }], lines: [0], outputs: [], at: 1e9 },
    ]);
  });

  test("a tape without end runs on for the drain after its last input, whatever marks come later", async () => {
    const tape = [channel(0), raw(5e9, 0, "rx", "a"), mark(8e9, "later")];
    const all = await steps(tape, toyLines, { feed: { drain: nanos(SILENCE - 1) } });
    expect(all.at(-1)?.at).toBe(5e9 + SILENCE - 1);
    expect(all.at(-1)?.outputs).toMatchObject([{ value: { fault: "unfinished" } }]);
  });

  test("a tape whose end comes later than the drain runs until there", async () => {
    const all = await steps([channel(0), raw(0, 0, "rx", "a"), end(7e9)], toyLines);
    expect(all.at(-1)?.fed.at(-1)).toMatchObject({ type: "end", at: 7e9, reason: "stop" });
  });

  test("a tape of no duration, with no drain, still ends", async () => {
    const lines = await said([channel(0), raw(0, 0, "rx", "a"), end(0)], toyLines, { feed: { drain: nanos(0) } });
    expect(lines).toEqual([
      '{"type":"output","at":0,"machine":"toy-lines","channel":0,"value":{"type":"fault","fault":"unfinished","dir":"rx","span":[0,1],"raw":"61"}}',
    ]);
  });

  test("a replay that is to stop earlier stops there: no drain, no end", async () => {
    const tape = [channel(0), raw(0, 0, "rx", "a"), raw(9e9, 0, "rx", "b"), end(9e9)];
    const all = await steps(tape, toyLines, { feed: { until: { at: nanos(SILENCE) } } });
    expect(all.at(-1)?.at).toBe(SILENCE);
    expect(all.flatMap(({ outputs }) => outputs)).toMatchObject([{ at: SILENCE, value: { fault: "silence" } }]);
    const earlier = await said(tape, toyLines, { feed: { until: { at: nanos(SILENCE - 1) } } });
    expect(earlier).toEqual([]);
  });
});
