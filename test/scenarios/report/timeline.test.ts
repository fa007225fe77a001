import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { TimeScale } from "../../../src/scenarios/report/time-scale.ts";
import { COLUMNS, MOMENTS_MAX, TimelineBuilder } from "../../../src/scenarios/report/timeline.ts";
import type { TapeRecord } from "../../../src/tape/record.ts";
import { nanos } from "../../../src/time/nanos.ts";

const raw = (at: number, dir: "rx" | "tx", size: number): TapeRecord => ({
  type: "raw",
  at: nanos(at),
  channel: 0,
  dir,
  bytes: new Uint8Array(size),
});
const said = (at: number, value: { type: string; state?: string }): TapeRecord => ({
  type: "output",
  at: nanos(at),
  machine: "session",
  channel: 0,
  value,
});

describe("the timeline of a case", () => {
  test("has a lane for whatever there is of it, and none for what there is not", () => {
    const builder = new TimelineBuilder();
    builder.takeHeard(raw(0, "rx", 10));
    builder.takeHeard(raw(500, "rx", 30));
    builder.takeSaid(said(500, { type: "frame" }));
    builder.takeSaid(said(900, { type: "fault" }));
    const { lanes, span } = builder.build();
    expect(lanes.map(({ name, total }) => `${name} ${total}`)).toEqual(["bytes rx 40", "frames 1", "faults 1"]);
    expect(span).toBe(900);
  });

  test("tells gaps, marks and states in words, in the order of their time", () => {
    const builder = new TimelineBuilder();
    builder.takeHeard({ type: "gap", at: nanos(7), cause: "overrun", bytes: 48 });
    builder.takeHeard({ type: "mark", at: nanos(9), label: "pressed stop" });
    builder.takeSaid(said(8, { type: "state", state: "waiting" }));
    expect(builder.build().moments).toEqual([
      { kind: "gap", at: 7, text: "overrun, 48 bytes" },
      { kind: "state", at: 8, text: 'session {"state":"waiting"}' },
      { kind: "mark", at: 9, text: "pressed stop" },
    ]);
  });

  test("says how many moments it leaves out, and counts them in their lane", () => {
    const builder = new TimelineBuilder();
    for (let n = 0; n < MOMENTS_MAX + 5; n += 1) builder.takeHeard({ type: "mark", at: nanos(n), label: `${n}` });
    const { moments, unlisted, lanes } = builder.build();
    expect([moments.length, unlisted, lanes[0]?.total]).toEqual([MOMENTS_MAX, 5, MOMENTS_MAX + 5]);
  });

  test("passes over what an earlier decoding left on the tape", () => {
    const builder = new TimelineBuilder();
    builder.takeHeard(said(5, { type: "frame" }));
    expect(builder.build().lanes).toEqual([]);
  });
});

describe("a scale that grows", () => {
  test.prop([
    fc.array(fc.record({ at: fc.integer({ min: 0, max: 2 ** 52 }), amount: fc.nat(1000) }), { maxLength: 200 }),
  ])("loses nothing, and holds everything within its columns", (events) => {
    const scale = new TimeScale(COLUMNS);
    for (const { at, amount } of events) scale.add("bytes", at, amount);
    const counts = scale.columns("bytes");
    expect(counts.reduce((a, b) => a + b, 0)).toBe(events.reduce((sum, { amount }) => sum + amount, 0));
    expect(counts.length === 0 || counts.length === COLUMNS).toBe(true);
    expect(scale.width).toBeGreaterThan(scale.span);
    if (events.length > 0) expect(scale.width).toBeLessThanOrEqual(Math.max(COLUMNS, scale.span * 2));
  });

  test.prop([fc.array(fc.integer({ min: 0, max: 1e12 }), { minLength: 1, maxLength: 100 })])(
    "gives the same columns in whatever order things come",
    (events) => {
      const columnsOf = (order: readonly number[]): readonly number[] => {
        const scale = new TimeScale(COLUMNS);
        for (const at of order) scale.add("a", at, 1);
        return scale.columns("a");
      };
      expect(columnsOf(events.toReversed())).toEqual(columnsOf(events));
    },
  );
});
