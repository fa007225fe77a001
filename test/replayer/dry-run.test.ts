import { expect, test } from "vitest";
import { type DryRun, type DryRunOptions, dryRun, LONG_SILENCE } from "../../src/replayer/dry-run.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { nanos, seconds } from "../../src/time/nanos.ts";
import { batchesOf, channel, end, mark, raw } from "./toy-tape.ts";

const look = (records: readonly TapeRecord[], options: Partial<DryRunOptions> = {}): Promise<DryRun> =>
  dryRun(batchesOf(records, 3), {
    longSilence: LONG_SILENCE,
    rate: undefined,
    maxGap: undefined,
    drain: seconds(1),
    cut: false,
    from: undefined,
    ...options,
  });

test("an orderly tape is measured to its end, and only its missing header is odd", async () => {
  const { records, duration, oddities } = await look([
    channel(0),
    raw(1, 0, "rx", "a"),
    raw(2, 0, "rx", "b"),
    end(5e9),
  ]);
  expect({ records, duration }).toEqual({ records: 4, duration: 5e9 });
  expect(oddities).toEqual(["it has no header: a golden or a fragment"]);
});

test("time at the desk is what will be waited for, long silences shortened", async () => {
  const tape = [channel(0), raw(1e9, 0, "rx", "a"), raw(3_601e9, 0, "rx", "b")];
  expect((await look(tape, { rate: 10 })).playing).toBe(360_200_000_000);
  expect((await look(tape, { rate: 1, maxGap: seconds(2) })).playing).toBe(4_000_000_000);
  expect((await look(tape, { rate: 1, from: seconds(3600), cut: true })).duration).toBe(1e9);
});

test("what may surprise is said: silences, equal times, gaps, a date that jumped, a tape not closed", async () => {
  const tape: TapeRecord[] = [
    channel(0),
    raw(100e9, 0, "rx", "a"),
    raw(100e9, 0, "rx", "b"),
    mark(150e9, "here"),
    raw(300e9, 0, "rx", "c"),
    { type: "gap", at: nanos(300e9), channel: 0, cause: "overrun", bytes: 4 },
    { type: "wall", at: nanos(301e9), wall: "2026-11-20T12:00:00Z", step: 5 },
    { type: "unknown", at: nanos(302e9), json: '{"type":"weather"}' },
  ];
  const { oddities } = await look(tape);
  expect(oddities.join("\n")).toMatch(
    /first event comes after 1m40s\n1 silences longer than 1m, the longest 3m20s before line 5.*\n2 records have the same time.*\n.*no header.*\n.*no end.*\n1 gaps of 4 bytes.*\(1 overrun\)\nthe date jumped 1 times.*\n1 records of a type/,
  );
});

test("an empty tape says that nothing happens on it", async () => {
  expect((await look([])).oddities[0]).toBe("nothing happens on it");
});
