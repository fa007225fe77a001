import { describe, expect, test } from "vitest";
import { type FedBatch, type FeedOptions, feed } from "../../src/replayer/feed.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { nanos, seconds } from "../../src/time/nanos.ts";
import { batchesOf, channel, end, mark, raw } from "./toy-tape.ts";

async function fed(records: readonly TapeRecord[], options: Partial<FeedOptions> = {}): Promise<FedBatch[]> {
  const batches: FedBatch[] = [];
  const all = { role: "observer", play: "rx", time: "recorded", drain: seconds(1), file: "a", ...options } as const;
  for await (const batch of feed(batchesOf(records, 2), all)) batches.push(batch);
  return batches;
}

const types = (batches: readonly FedBatch[]) => batches.flatMap((batch) => batch.records.map(({ type }) => type));
const lines = (batches: readonly FedBatch[]) => batches.flatMap((batch) => batch.lines);

const everything: TapeRecord[] = [
  {
    type: "header",
    format: "fieldtape",
    schema: 2,
    id: "i",
    started: "2026-11-20T12:00:00Z",
    segment: 0,
    offset: "0",
    previous: null,
    recorder: { version: "0", git: "0" },
    requires: [],
    meta: {},
  },
  channel(0),
  { type: "link", at: nanos(0), channel: 0, event: "open" },
  raw(1, 0, "rx", "a"),
  { type: "output", at: nanos(1), machine: "m", value: 1 },
  { type: "block", at: nanos(1), records: 5, sha256: "0".repeat(64) },
  mark(2, "here"),
  { type: "input", at: nanos(3), machine: "m", value: { type: "elapsed" } },
  { type: "input", at: nanos(3), machine: "m", value: { type: "end" } },
  { type: "gap", at: nanos(4), cause: "overrun" },
  { type: "unknown", at: nanos(4), json: '{"type":"weather"}' },
  raw(5, 0, "tx", "b"),
  { type: "link", at: nanos(6), channel: 0, event: "half-close", dir: "tx" },
  { type: "link", at: nanos(7), channel: 0, event: "reset", dir: "tx" },
  end(9),
];

describe("what a subject hears", () => {
  test("is everything but the header, outputs, hashes and marks, each with its line, and one end", async () => {
    const batches = await fed(everything);
    expect(types(batches)).toEqual([
      "channel",
      "link",
      "raw",
      "input",
      "input",
      "gap",
      "unknown",
      "raw",
      "link",
      "link",
      "end",
    ]);
    expect(lines(batches)).toEqual([2, 3, 4, 8, 9, 10, 11, 12, 13, 14, 15]);
    expect(batches.at(-1)?.stopAt).toBe(1_000_000_007);
  });

  test("without the recorded moments at which time had passed, when time is computed", async () => {
    const inputs = (await fed(everything, { time: "computed" })).flatMap(({ records }) => records);
    expect(inputs.filter(({ type }) => type === "input")).toMatchObject([{ value: { type: "end" } }]);
  });

  test("is one way for a participant: the other way is what it has to say", async () => {
    const batches = await fed(everything, { role: "participant" });
    expect(types(batches)).toEqual(["channel", "link", "raw", "input", "input", "gap", "unknown", "link", "end"]);
    expect(batches.flatMap(({ answers }) => answers)).toMatchObject([{ line: 12, record: { dir: "tx" } }]);
  });

  test("is turned round for one that stands in for the device", async () => {
    const batches = await fed(everything, { role: "participant", play: "tx" });
    const heard = batches.flatMap(({ records }) => records);
    expect(heard.filter((record) => "dir" in record && record.dir !== undefined)).toMatchObject([
      { type: "raw", dir: "rx", bytes: new TextEncoder().encode("b") },
      { type: "link", event: "half-close", dir: "rx" },
      { type: "link", event: "reset", dir: "rx" },
    ]);
    expect(batches.flatMap(({ answers }) => answers)).toMatchObject([{ line: 4, record: { dir: "rx" } }]);
  });

  test("is what was asked for: channels by name, one direction; a channel that is not there is an error", async () => {
    const tape = [channel(0), channel(1), raw(1, 0, "rx", "a"), raw(2, 1, "rx", "b"), raw(3, 1, "tx", "c")];
    expect(lines(await fed(tape, { channels: ["wire-1"], dir: "rx" }))).toEqual([2, 4, 4]);
    await expect(fed(tape, { channels: ["wire-7"] })).rejects.toMatchObject({ code: "INPUT_MISSING" });
  });

  test("ends where it was to stop, or with the tape if that is over before", async () => {
    const tape = [channel(0), raw(5, 0, "rx", "a"), raw(5, 0, "rx", "b"), raw(9, 0, "rx", "c")];
    const until = async (at: number, line?: number) => {
      const batches = await fed(tape, { until: { at: nanos(at), ...(line === undefined ? {} : { line }) } });
      return { types: types(batches), stopAt: batches.at(-1)?.stopAt };
    };
    expect(await until(7)).toEqual({ types: ["channel", "raw", "raw"], stopAt: 7 });
    expect(await until(5, 2)).toEqual({ types: ["channel", "raw"], stopAt: 4 });
    expect(await until(9, 4)).toEqual({ types: ["channel", "raw", "raw", "raw"], stopAt: 9 });
    expect(await until(1e15)).toEqual({ types: ["channel", "raw", "raw", "raw", "end"], stopAt: 1_000_000_009 });
  });
});
