import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { LINE_MAX } from "../../src/tape/limits.ts";
import { formatRecord } from "../../src/tape/line.ts";
import { TapeWriter } from "../../src/tape/writer.ts";
import { millis, nanos, seconds } from "../../src/time/nanos.ts";
import { turn } from "../../src/time/system-clock.ts";
import { VirtualClock } from "../../src/time/virtual-clock.ts";
import { SmallDisk } from "./small-disk.ts";
import { content, header, inFolder, recordsOf } from "./tape-files.ts";
import { channel, raw, traffic } from "./traffic.ts";
import { derived, readings, scanned, TAPE, written } from "./written.ts";

describe("a tape that is written", () => {
  property.prop([traffic()])("is read as it was given", async (records) => {
    const { records: read, facts } = scanned((await written(records)).text(TAPE));
    expect(content(read)).toEqual(records);
    expect(facts).toMatchObject({ damagedCount: 0, unsealedBytes: 0, tornBytes: 0, end: { reason: "stop" } });
  });

  property.prop([fc.uint8Array({ maxLength: 3000 })])("holds any bytes", async (bytes) => {
    const { records } = scanned((await written([channel(0), raw(1, 0, "rx", bytes)])).text(TAPE));
    expect(records[2]).toEqual(raw(1, 0, "rx", bytes));
  });

  test("is the same bytes every time, whatever the disk takes at once", async () => {
    const records = [channel(0), ...readings(4000)];
    const once = (await written(records)).text(TAPE);
    const halting = new SmallDisk();
    halting.atOnce = 1013;
    expect((await written(records, derived, halting)).text(TAPE)).toBe(once);
  });

  test("has a hash line after every 64 KiB of lines", async () => {
    const text = (await written([channel(0), ...readings(4000)])).text(TAPE);
    const blocks = text.split(/(?<=\{"type":"block".*\n)/);
    expect(blocks.length).toBeGreaterThan(5);
    for (const block of blocks.slice(0, -1)) {
      const lines = block.split("\n").slice(0, -2);
      const bytes = lines.join("\n").length + 1;
      expect(bytes).toBeGreaterThanOrEqual(65_536);
      expect(bytes - (lines.at(-1)?.length ?? 0) - 1).toBeLessThan(65_536);
    }
  });

  test("has its own header, hash lines and end, not those of a source", async () => {
    const once = await written([channel(0), ...readings(3000)]);
    const again = await written(scanned(once.text(TAPE)).records);
    expect(again.text(TAPE)).toBe(once.text(TAPE));
  });

  test("without close has no end, and is valid", async () => {
    const disk = new SmallDisk();
    {
      await using writer = await TapeWriter.over(disk, TAPE, derived);
      writer.write(channel(0));
    }
    const { records, facts } = scanned(disk.text(TAPE));
    expect(records).toEqual([header, channel(0)]);
    expect(facts.end).toBeUndefined();
  });

  test("ends once, however often it is closed", async () => {
    const disk = new SmallDisk();
    {
      await using writer = await TapeWriter.over(disk, TAPE, derived);
      await writer.close({ reason: "eof", at: seconds(5) });
      await writer.close({ reason: "stop" });
    }
    expect(scanned(disk.text(TAPE)).records.slice(1)).toMatchObject([{ type: "end", at: 5e9, reason: "eof" }]);
  });

  test("takes nothing more once it is closed", async () => {
    const writer = await TapeWriter.over(new SmallDisk(), TAPE, derived);
    await writer.close({ reason: "stop" });
    expect(() => writer.write(channel(0))).toThrow("closed");
  });

  test("refuses time that goes back", async () => {
    await using writer = await TapeWriter.over(new SmallDisk(), TAPE, derived);
    writer.write({ type: "mark", at: nanos(5), label: "" });
    expect(() => writer.write({ type: "mark", at: nanos(4), label: "" })).toThrow("goes back");
  });
});

describe("what does not fit into a line", () => {
  const long = new Uint8Array(LINE_MAX + 10_000).map((_, index) => (index * 7) & 0xff);

  test("is split, where it is bytes of a stream", async () => {
    const text = (await written([channel(0), raw(7, 0, "rx", long)])).text(TAPE);
    const pieces = scanned(text).records.flatMap((record) => (record.type === "raw" ? [record] : []));
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.every(({ at, dir, channel: number }) => at === 7 && dir === "rx" && number === 0)).toBe(true);
    expect(Buffer.concat(pieces.map(({ bytes }) => bytes)).equals(long)).toBe(true);
  });

  test("is refused, where it is a datagram or a value, and the tape goes on", async () => {
    const disk = new SmallDisk();
    const writer = await TapeWriter.over(disk, TAPE, derived);
    writer.write(channel(0, "datagram"));
    expect(() => writer.write(raw(7, 0, "rx", long))).toThrow(/longer/);
    expect(() => writer.write({ type: "mark", at: nanos(8), label: "x".repeat(LINE_MAX) })).toThrow(/longer/);
    writer.write(raw(9, 0, "rx", "short"));
    await writer.close({ reason: "stop" });
    const { records, facts } = scanned(disk.text(TAPE));
    expect(content(records)).toEqual([channel(0, "datagram"), raw(9, 0, "rx", "short")]);
    expect(facts.damagedCount).toBe(0);
  });

  test("fits, where it is a datagram of nearly the length of a line", async () => {
    const datagram = raw(7, 0, "rx", long.subarray(0, 700_000));
    const { records } = scanned((await written([channel(0, "datagram"), datagram])).text(TAPE));
    expect(content(records)).toHaveLength(2);
  });
});

describe("a recording", () => {
  const recording = async (disk = new SmallDisk()) => {
    const clock = new VirtualClock(turn);
    const writer = await TapeWriter.over(disk, TAPE, { header, live: true, clock });
    writer.write(channel(0));
    return { disk, clock, writer };
  };

  test("is in the file 50 ms after it was given, and on the disk after a second", async () => {
    const { disk, clock, writer } = await recording();
    await writer.flush();
    const before = disk.syncs;
    writer.write(raw(1, 0, "rx", "alarm"));
    expect(disk.text(TAPE)).not.toContain("alarm");
    await clock.advance(millis(50));
    expect(disk.text(TAPE)).toContain("alarm");
    expect(disk.syncs).toBe(before);
    await clock.advance(seconds(1));
    expect(disk.syncs).toBe(before + 1);
    await writer.close({ reason: "stop" });
  });

  test("wakes nobody while nothing happens", async () => {
    const { clock, writer } = await recording();
    await clock.advance(seconds(2));
    expect(clock.nextWake).toBeUndefined();
    await writer.close({ reason: "stop" });
  });

  test("is on the disk at once after a mark", async () => {
    const { disk, writer } = await recording();
    const before = disk.syncs;
    writer.write({ type: "mark", at: nanos(1), label: "smoke from the pump" });
    await writer.flush();
    await turn();
    expect(disk.text(TAPE)).toContain("smoke");
    expect(disk.syncs).toBe(before + 1);
    await writer.close({ reason: "stop" });
  });

  test("has its header in the file from the first moment", async () => {
    const { disk, writer } = await recording();
    expect(disk.text(TAPE)).toBe(`${formatRecord(header)}\n`);
    await writer.close({ reason: "stop" });
  });

  test("waits where the disk does not keep up, and loses nothing", async () => {
    const disk = new SmallDisk();
    const writer = await TapeWriter.over(disk, TAPE, derived);
    writer.write(channel(0));
    const bytes = new Uint8Array(400_000);
    for (let index = 0; !writer.full; index++) writer.write(raw(index, 0, "rx", bytes));
    expect(writer.queuedBytes).toBeGreaterThan(4_000_000);
    await writer.drained();
    expect(writer.queuedBytes).toBeLessThan(1_100_000);
    await writer.close({ reason: "stop" });
    expect(writer.lost).toEqual({ lines: 0, bytes: 0 });
    expect(scanned(disk.text(TAPE)).facts).toMatchObject({ damagedCount: 0, unsealedBytes: 0 });
  });
});

describe("a disk that is full", () => {
  const records = [
    channel(0),
    ...readings(12),
    { type: "mark", at: nanos(20_000), label: "é" } as const,
    raw(20_001, 0, "tx", Uint8Array.of(0xff)),
  ];
  const lines = [header, ...records].map(formatRecord);

  test("at any byte leaves a valid tape: whole lines, and where there is room a gap and an end", async () => {
    const full = (await written(records)).text(TAPE).length;
    let ended = 0;
    for (let capacity = 0; capacity < full; capacity++) {
      const disk = new SmallDisk(capacity);
      const failure = await written(records, derived, disk).catch((thrown: unknown) => thrown);
      expect(failure).toMatchObject({ code: "DISK_FULL", file: TAPE });
      if (!disk.files.has(TAPE)) continue;
      const { records: read, facts } = scanned(disk.text(TAPE));
      expect(facts).toMatchObject({ tornBytes: 0, damagedCount: 0 });
      expect(read[0]).toEqual(header);
      const kept = read.filter(({ type }) => type !== "gap" && type !== "end");
      expect(kept.map(formatRecord)).toEqual(lines.slice(0, kept.length));
      if (facts.end === undefined) continue;
      ended++;
      expect(facts).toMatchObject({ unsealedBytes: 0, end: { reason: "disk-full", records: read.length - 1 } });
      expect(read.at(-2)).toMatchObject({ type: "gap", cause: "disk" });
    }
    expect(ended).toBeGreaterThan(full / 3);
  });

  test("is told to every later call, with what was lost", async () => {
    const disk = new SmallDisk(150_000);
    const writer = await TapeWriter.over(disk, TAPE, derived);
    writer.write(channel(0));
    for (const record of readings(4000)) writer.write(record);
    const failure = await writer.failed;
    expect(failure.code).toBe("DISK_FULL");
    expect(writer.failure).toBe(failure);
    expect(() => writer.write(raw(9e9, 0, "rx", "more"))).toThrow(failure);
    expect(() => writer.rotate()).toThrow(failure);
    await expect(writer.flush()).rejects.toBe(failure);
    await expect(writer.drained()).rejects.toBe(failure);
    await expect(writer.sync()).rejects.toBe(failure);
    await expect(writer.close({ reason: "stop" })).rejects.toBe(failure);
    const { records: read, facts } = scanned(disk.text(TAPE));
    const end = { reason: "disk-full", records: read.length - 1 };
    expect(facts).toMatchObject({ damagedCount: 0, unsealedBytes: 0, end });
    const kept = content(read).filter(({ type }) => type === "raw").length;
    expect(kept).toBeGreaterThan(1000);
    // Hash lines are lost too.
    expect(kept + writer.lost.lines).toBeGreaterThanOrEqual(4000);
    expect(kept + writer.lost.lines).toBeLessThan(4010);
  });

  test("that breaks later says so as well", async () => {
    const disk = new SmallDisk();
    const clock = new VirtualClock(turn);
    const writer = await TapeWriter.over(disk, TAPE, { header, live: true, clock });
    writer.write(channel(0));
    await writer.flush();
    disk.broken = true;
    await clock.advance(seconds(1));
    expect(writer.failure?.code).toBe("OUTPUT_FAILED");
    await expect(writer.close({ reason: "stop" })).rejects.toThrow("EIO");
    expect(scanned(disk.text(TAPE)).records).toEqual([header, channel(0)]);
  });
});

describe("files", () => {
  test("are for their owner only, and never overwritten unless asked", () =>
    inFolder(async (file) => {
      const path = file(TAPE, "precious");
      await expect(TapeWriter.create(path, derived)).rejects.toMatchObject({
        code: "OUTPUT_EXISTS",
        hint: "choose another name, or --force to overwrite it",
      });
      expect(readFileSync(path, "utf8")).toBe("precious");
      const writer = await TapeWriter.create(path, { ...derived, force: true });
      await writer.close({ reason: "stop" });
      expect((await recordsOf(path))[0]).toEqual(header);
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }));

  test("of an earlier recording's later segments are not mixed with a new one's", () =>
    inFolder(async (file) => {
      const path = file(TAPE);
      file("a.0007.tape.jsonl", "old");
      file("another.0007.tape.jsonl", "not ours");
      file("a.tape.jsonl.gz", "old");
      await expect(TapeWriter.create(path, derived)).rejects.toMatchObject({ code: "OUTPUT_EXISTS" });
      expect(existsSync(path)).toBe(false);
      const writer = await TapeWriter.create(path, { ...derived, force: true });
      await writer.close({ reason: "stop" });
      expect(readdirSync(file("")).toSorted()).toEqual([TAPE, "another.0007.tape.jsonl"]);
    }));

  test("that are none, such as devices, are left alone", async () => {
    const failure = { code: "OUTPUT_FAILED", message: "/dev/null is no plain file" };
    await expect(TapeWriter.create("/dev/null", { ...derived, force: true })).rejects.toMatchObject(failure);
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });

  test("in a folder that cannot be written say so", () =>
    inFolder(async (file) => {
      file("file", "");
      for (const path of ["file/a.tape.jsonl", "file/folder/a.tape.jsonl"]) {
        for (const force of [false, true]) {
          await expect(TapeWriter.create(file(path), { ...derived, force })).rejects.toMatchObject({
            code: "OUTPUT_FAILED",
          });
        }
      }
    }));
});
