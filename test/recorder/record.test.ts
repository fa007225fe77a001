import { readdir } from "node:fs/promises";
import { dirname } from "node:path";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { FieldtapeError } from "../../src/errors.ts";
import type { Decoder } from "../../src/recorder/decoding.ts";
import { ratesBetween } from "../../src/recorder/status.ts";
import { fileSystem, type TapeDisk, type TapeFile } from "../../src/tape/tape-disk.ts";
import { TapeWriter } from "../../src/tape/writer.ts";
import { nanos } from "../../src/time/nanos.ts";
import { SystemClock, turn } from "../../src/time/system-clock.ts";
import { VirtualClock } from "../../src/time/virtual-clock.ts";
import { said } from "../replayer/replaying.ts";
import { SILENCE, toyLines } from "../replayer/toy-subject.ts";
import { content, inFolder, recordsOf } from "../tape/tape-files.ts";
import { begin, decoderOf, HEADER, ms, outputsOf, passTime, sessionOn } from "./recording.ts";

describe("a recording", () => {
  test("holds what arrived, between a header with the date and an end with the reason", () =>
    inFolder(async (file) => {
      const begun = begin();
      const session = await sessionOn(file("a.tape.jsonl"), begun);
      const running = session.run();
      begun.pipe.end("kWh 12.5\r\n");
      const result = await running;
      const records = await recordsOf(file("a.tape.jsonl"));
      expect(records[0]).toMatchObject({ type: "header", started: begun.started });
      expect(content(records).map(({ type }) => type)).toEqual(["wall", "channel", "link", "raw", "link"]);
      expect(records.at(-1)).toMatchObject({ type: "end", reason: "eof" });
      expect(result).toMatchObject({ reason: "eof", failure: undefined });
      expect(result.status).toMatchObject({
        state: "stopped",
        records: 5,
        rx: { bytes: 10, reads: 1, lost: 0, gaps: 0 },
        channels: [{ name: "pipe", link: "close" }],
        tail: [{ channel: 0, dir: "rx", length: 10 }],
      });
    }));

  test("takes a person's marks, and goes on in a new segment when asked to", () =>
    inFolder(async (file) => {
      const begun = begin();
      const session = await sessionOn(file("a.tape.jsonl"), begun);
      const running = session.run();
      begun.pipe.write("before");
      session.mark("operator pressed stop");
      while (session.status().marks === 0) await turn();
      session.rotate();
      while (!session.status().path.endsWith("0001.tape.jsonl")) await turn();
      begun.pipe.write("behind");
      await session.stop();
      expect((await running).reason).toBe("stop");
      const first = content(await recordsOf(file("a.tape.jsonl")));
      const second = content(await recordsOf(file("a.0001.tape.jsonl")));
      expect(first.at(-1)).toMatchObject({ type: "mark", label: "operator pressed stop" });
      expect(second.slice(0, 2)).toMatchObject([{ type: "channel" }, { type: "link", event: "open" }]);
      expect(second.filter(({ type }) => type === "raw")).toHaveLength(1);
    }));

  test("stops by itself after the time that was asked for", () =>
    inFolder(async (file) => {
      const clock = new VirtualClock(turn);
      const session = await sessionOn(file("a.tape.jsonl"), begin(clock), { duration: ms(90_000) });
      let over = false;
      const running = session.run().finally(() => {
        over = true;
      });
      await passTime(clock, () => over);
      expect((await running).reason).toBe("duration");
      expect((await recordsOf(file("a.tape.jsonl"))).at(-1)).toMatchObject({ type: "end", at: ms(90_000) });
    }));

  test("notes when the date jumps, and by how much", () =>
    inFolder(async (file) => {
      const clock = new VirtualClock(turn);
      const begun = begin(clock);
      const session = await sessionOn(file("a.tape.jsonl"), begun);
      const running = session.run();
      await clock.advance(ms(2_500));
      (begun.wall as { shift?: bigint }).shift = -3_600_000_000_000n;
      await clock.advance(ms(4_500));
      let over = false;
      void session.stop();
      void running.finally(() => {
        over = true;
      });
      await passTime(clock, () => over);
      const walls = (await recordsOf(file("a.tape.jsonl"))).filter(({ type }) => type === "wall");
      expect(walls).toMatchObject([
        { at: 0, wall: "2026-11-20T12:00:00.000000Z", step: 0 },
        { at: ms(3_000), wall: "2026-11-20T11:00:03.000000000Z", step: -3_600_000_000_000 },
      ]);
    }));

  test("loses nothing of a pipe that is faster than the disk", () =>
    inFolder(async (file) => {
      const begun = begin(undefined, 100_000);
      const session = await sessionOn(file("a.tape.jsonl"), begun);
      const running = session.run();
      const sent = Buffer.from(Uint8Array.from({ length: 5_000_000 }, (_, i) => (i * i) & 0xff));
      for (let at = 0; at < sent.length; at += 20_000) begun.pipe.write(sent.subarray(at, at + 20_000));
      begun.pipe.end();
      const { status } = await running;
      const records = await recordsOf(file("a.tape.jsonl"));
      const held = Buffer.concat(records.flatMap((record) => (record.type === "raw" ? [record.bytes] : [])));
      expect(held.equals(sent)).toBe(true);
      expect(status.rx).toMatchObject({ bytes: sent.length, gaps: 0 });
    }));

  test("tells rates from two looks at it", async () => {
    const flow = (bytes: number, reads: number) => ({ bytes, reads, lost: 0, gaps: 0 });
    const look = (at: number, rx: ReturnType<typeof flow>) => ({
      state: "recording" as const,
      at: nanos(at),
      path: "",
      records: 0,
      rx,
      tx: flow(0, 0),
      losses: [],
      channels: [],
      marks: 0,
      events: 0,
      waiting: 0,
      tail: [],
    });
    const rates = ratesBetween(look(0, flow(100, 1)), look(500_000_000, flow(1_100, 6)));
    expect(rates.rx).toEqual({ bytes: 2_000, reads: 10 });
    expect(ratesBetween(look(5, flow(1, 1)), look(5, flow(2, 2))).rx).toEqual({ bytes: 0, reads: 0 });
  });
});

/** A disk that has room for so many bytes. */
function smallDisk(room: number): TapeDisk {
  let left = room;
  const limited = (file: TapeFile): TapeFile => ({
    async write(pieces, position) {
      const wanted = pieces.reduce((sum, piece) => sum + piece.length, 0);
      if (left === 0) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
      const taken = Math.min(left, wanted);
      left -= taken;
      return file.write([Buffer.concat(pieces).subarray(0, taken)], position);
    },
    read: (into, position) => file.read(into, position),
    truncate: (length) => file.truncate(length),
    datasync: () => file.datasync(),
    close: () => file.close(),
  });
  return { ...fileSystem, create: async (path, force) => limited(await fileSystem.create(path, force)) };
}

describe("a recording onto a full disk", () => {
  test("stops, says so, and leaves a valid tape with all that there was room for", () =>
    inFolder(async (file) => {
      const begun = begin();
      const { clock, started } = begun;
      const writer = await TapeWriter.over(smallDisk(100_000), file("a.tape.jsonl"), {
        header: { ...HEADER, started },
        clock,
        live: true,
      });
      const session = await sessionOn(file("a.tape.jsonl"), begun, { writer });
      const running = session.run();
      for (let i = 0; i < 500; i += 1) {
        begun.pipe.write(Buffer.alloc(1_000, i));
        await turn();
      }
      const result = await running;
      expect(result).toMatchObject({ reason: "disk-full", failure: { code: "DISK_FULL" } });
      const raw = (await recordsOf(file("a.tape.jsonl"))).filter(({ type }) => type === "raw");
      expect(raw.length).toBeGreaterThan(10);
      // Besides the reads: channel, link and date. What the disk did not take is not counted among what is on the tape.
      expect(result.status.records - raw.length).toBeLessThan(10);
      expect(result.unrecorded).toBeGreaterThanOrEqual(result.status.rx.reads - raw.length);
      expect(raw.map((record) => record.type === "raw" && record.bytes[0])).toEqual(raw.map((_, i) => i & 0xff));
      expect(await readdir(dirname(file("a")))).toEqual(["a.tape.jsonl"]);
    }));
});

/** How long a recording lets arrivals gather: it wakes up then. */
const GATHER = 2_000_000;

/** Bytes arrive at the very nanosecond at which the silence before them is long enough, and the recorder is awake. */
const photoFinish: ({ text: string } | { pass: number } | { mark: string })[] = [
  { text: "a" },
  { pass: SILENCE - GATHER },
  { mark: "note" },
  { pass: GATHER },
  { text: "b\n" },
];

/** One thing that happens: bytes, or time that passes. */
const happening = fc.oneof(
  { weight: 3, arbitrary: fc.record({ text: fc.stringMatching(/^[ab\n]{1,6}$/) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      pass: fc.constantFrom(0, 1, GATHER, SILENCE - GATHER, SILENCE - 1, SILENCE, SILENCE + 1, 7 * SILENCE),
    }),
  },
  { weight: 1, arbitrary: fc.record({ mark: fc.constant<string>("note") }) },
);

describe("decoding while recording", () => {
  property.prop([fc.array(happening, { maxLength: 25 })], { numRuns: 60, examples: [[photoFinish]] })(
    "says byte for byte what a replay of the tape says, deadlines and unfinished frames included",
    (happenings) =>
      inFolder(async (file) => {
        const clock = new VirtualClock(turn);
        const begun = begin(clock);
        const session = await sessionOn(file("a.tape.jsonl"), begun, { decoder: await decoderOf(toyLines) });
        let over = false;
        const running = session.run().finally(() => {
          over = true;
        });
        for (const one of happenings) {
          if ("text" in one) begun.pipe.write(one.text);
          else if ("mark" in one) session.mark(one.mark);
          else await clock.advance(nanos(clock.now() + one.pass));
        }
        await turn();
        void session.stop();
        await passTime(clock, () => over);
        await running;
        const records = await recordsOf(file("a.tape.jsonl"));
        const replayed = await said(
          records.filter(({ type }) => type !== "output"),
          toyLines,
        );
        expect(outputsOf(records)).toEqual(replayed);
        const last = records.at(-1);
        const inputs = records.filter(({ type }) => type === "raw" || type === "link");
        expect(last).toMatchObject({ type: "end" });
        if (inputs.length > 0 && last?.type === "end")
          expect(last.at).toBeGreaterThanOrEqual((inputs.at(-1) as { at: number }).at + 1_000_000_000);
      }),
  );

  test("what falls due while nothing arrives is on the tape before anything else does", () =>
    inFolder(async (file) => {
      const clock = new VirtualClock(turn);
      const begun = begin(clock);
      const session = await sessionOn(file("a.tape.jsonl"), begun, { decoder: await decoderOf(toyLines) });
      const running = session.run();
      begun.pipe.write("torn");
      await turn();
      await clock.advance(nanos(2 * SILENCE));
      expect(session.status().outputs).toBe(1);
      let over = false;
      void session.stop();
      void running.finally(() => {
        over = true;
      });
      await passTime(clock, () => over);
    }));

  test("a decoder that fails is let go: the recording goes on and says so", () =>
    inFolder(async (file) => {
      const failing: Decoder = {
        async advance(records) {
          if (records.some(({ type }) => type === "raw")) throw new FieldtapeError("SUBJECT_CRASHED", "it broke");
          return { outputs: [], deadline: undefined };
        },
        async [Symbol.asyncDispose]() {},
      };
      const begun = begin(new SystemClock({ sleep: "coarse" }));
      const session = await sessionOn(file("a.tape.jsonl"), begun, { decoder: failing });
      const running = session.run();
      begun.pipe.write("one");
      while (session.status().decodeFailure === undefined) await turn();
      begun.pipe.write("two");
      await turn();
      await session.stop();
      const result = await running;
      expect(result.decodeFailure).toMatchObject({ code: "SUBJECT_CRASHED" });
      expect(result.failure).toBeUndefined();
      const records = content(await recordsOf(file("a.tape.jsonl")));
      expect(records.filter(({ type }) => type === "raw")).toHaveLength(2);
      expect(records.find(({ type }) => type === "mark")).toMatchObject({ label: "decoding stopped: it broke" });
    }));
});
