import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { checkTape } from "../../src/tape/check.ts";
import { compressTape } from "../../src/tape/gzip.ts";
import { LINE_MAX } from "../../src/tape/limits.ts";
import { formatRecord } from "../../src/tape/line.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { TapeScanner } from "../../src/tape/scanner.ts";
import { TapeWriter } from "../../src/tape/writer.ts";
import type { TapeWriterOptions } from "../../src/tape/writer-options.ts";
import { millis, nanos, seconds } from "../../src/time/nanos.ts";
import { turn } from "../../src/time/system-clock.ts";
import { VirtualClock } from "../../src/time/virtual-clock.ts";
import { SmallDisk } from "./small-disk.ts";
import { content, header, inFolder, recordsOf } from "./tape-files.ts";
import { channel, raw, traffic } from "./traffic.ts";

const derived = { header, live: false } as const;
const TAPE = "a.tape.jsonl";

/** Writes a tape onto a disk in memory; returns what stands there. */
async function written(records: readonly TapeRecord[], options: TapeWriterOptions = derived, disk = new SmallDisk()) {
  const writer = await TapeWriter.over(disk, TAPE, options);
  for (const record of records) writer.write(record);
  await writer.close({ reason: "stop" });
  return disk;
}

function scanned(text: string) {
  const scanner = new TapeScanner({ file: TAPE, verify: true });
  const records = scanner.append(Buffer.from(text)).flatMap((batch) => [...batch.records]);
  return { records, facts: scanner.facts() };
}

const readings = (count: number): TapeRecord[] =>
  Array.from({ length: count }, (_, index) =>
    raw(index * 1000, 0, "rx", `reading ${index}: 23.5 degrees, all is well`),
  );

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

describe("segments", () => {
  const rotating = (rotate: TapeWriterOptions["rotate"], keepLast?: number): TapeWriterOptions => ({
    ...derived,
    ...(rotate === undefined ? {} : { rotate }),
    ...(keepLast === undefined ? {} : { keepLast }),
  });

  test("each replay alone, and together say what was given", async () => {
    const records = [channel(0), ...readings(5000)];
    const disk = await written(records, rotating({ bytes: 100_000 }));
    const names = [...disk.files.keys()];
    expect(names.length).toBeGreaterThan(3);
    expect(names.slice(0, 3)).toEqual([TAPE, "a.0001.tape.jsonl", "a.0002.tape.jsonl"]);
    let offset = 0;
    let previous: string | null = null;
    const said: TapeRecord[] = [];
    names.forEach((name, number) => {
      const { records: read, facts } = scanned(disk.text(name));
      expect(facts).toMatchObject({ damagedCount: 0, unsealedBytes: 0 });
      const head = read[0];
      if (head?.type !== "header") throw new Error("no header");
      expect(head).toMatchObject({ id: header.id, started: header.started, segment: number, previous });
      offset = Number(head.offset);
      previous = facts.end?.sha256 ?? null;
      expect(facts.end?.reason).toBe(number === names.length - 1 ? "stop" : "rotate");
      for (const record of content(read)) {
        if (record.type !== "header" && record.type === "raw") said.push({ ...record, at: nanos(record.at + offset) });
      }
      expect(read[1]).toEqual(channel(0));
    });
    expect(said.map(formatRecord)).toEqual(records.slice(1).map(formatRecord));
  });

  test("by time begin at whole multiples, however quiet it was", async () => {
    const at = [0.1, 0.9, 1.2, 4.7, 5.0].map((second) => raw(second * 1e9, 0, "rx", "x"));
    const disk = await written([channel(0), ...at], rotating({ every: seconds(1) }));
    const offsets = [...disk.files.keys()].map((name) => {
      const head = scanned(disk.text(name)).records[0];
      return head?.type === "header" && head.offset;
    });
    expect(offsets).toEqual(["0", "1000000000", "4000000000", "5000000000"]);
  });

  test("repeat open links, and closed ones only when they are used again", async () => {
    const link = (at: number, number: number, event: "open" | "half-close" | "close" | "lost"): TapeRecord => ({
      type: "link",
      at: nanos(at),
      channel: number,
      event,
    });
    const disk = new SmallDisk();
    const writer = await TapeWriter.over(disk, TAPE, derived);
    const first = [
      channel(0),
      channel(1),
      channel(2),
      channel(3),
      link(0, 0, "open"),
      link(1, 1, "open"),
      link(2, 2, "open"),
    ];
    for (const record of [...first, link(3, 0, "half-close"), link(4, 1, "close"), link(5, 2, "lost")])
      writer.write(record);
    writer.rotate(nanos(10));
    writer.write(raw(11, 1, "rx", "late"));
    writer.rotate(nanos(20));
    await writer.close({ reason: "stop" });
    const second = content(scanned(disk.text("a.0001.tape.jsonl")).records);
    const open = [channel(0), channel(2), channel(3), link(0, 0, "open"), link(0, 0, "half-close")];
    expect(second).toEqual([...open, { ...channel(1), at: 1 }, raw(1, 1, "rx", "late")]);
    expect(content(scanned(disk.text("a.0002.tape.jsonl")).records)).toEqual(open);
  });

  test("beyond the last few are removed with their blobs", async () => {
    const disk = new SmallDisk();
    const writer = await TapeWriter.over(disk, TAPE, rotating(undefined, 2));
    for (let number = 0; number < 4; number++) {
      await writer.addBlob(Uint8Array.of(number), { at: writer.lastAt, media: "image/png" });
      if (number < 3) writer.rotate();
    }
    await writer.close({ reason: "stop" });
    const folders = [...disk.files.keys()].map((name) => name.replace(/\/.*/, "/"));
    expect(folders.toSorted()).toEqual([
      "a.0002.tape.jsonl",
      "a.0002.tape.jsonl.blobs/",
      "a.0003.tape.jsonl",
      "a.0003.tape.jsonl.blobs/",
    ]);
    expect(scanned(disk.text("a.0002.tape.jsonl")).facts.damagedCount).toBe(0);
  });

  test("may be compressed as soon as they are closed, and are removed all the same", () =>
    inFolder(async (file) => {
      const compressing: Promise<string>[] = [];
      const writer = await TapeWriter.create(file(TAPE), {
        ...rotating(undefined, 3),
        closedSegments: {
          add: (path) => compressing.push(compressTape(path)),
          letGo: async () => {},
        },
      });
      for (let number = 0; number < 3; number++) {
        writer.rotate();
        await writer.flush();
        await Promise.all(compressing);
      }
      await writer.close({ reason: "stop" });
      expect(readdirSync(file("")).toSorted()).toEqual([
        "a.0001.tape.jsonl.gz",
        "a.0002.tape.jsonl.gz",
        "a.0003.tape.jsonl",
      ]);
      expect(await checkTape(file("a.0003.tape.jsonl"))).toMatchObject({ findings: [], previousGone: false });
      expect(await checkTape(file("a.0001.tape.jsonl.gz"))).toMatchObject({ findings: [], previousGone: true });
    }));

  test("that cannot be begun leave the one before whole", async () => {
    const disk = new SmallDisk();
    const writer = await TapeWriter.over(disk, TAPE, derived);
    disk.files.set("a.0001.tape.jsonl", Buffer.from("somebody else's"));
    writer.write(channel(0));
    writer.rotate();
    writer.write(raw(1, 0, "rx", "lost"));
    await expect(writer.close({ reason: "stop" })).rejects.toMatchObject({ code: "OUTPUT_EXISTS" });
    expect(scanned(disk.text(TAPE)).facts).toMatchObject({
      damagedCount: 0,
      unsealedBytes: 0,
      end: { reason: "rotate" },
    });
    expect(disk.text("a.0001.tape.jsonl")).toBe("somebody else's");
  });
});

describe("blobs", () => {
  test("lie beside the tape before it names them", () =>
    inFolder(async (file) => {
      const path = file(TAPE);
      const writer = await TapeWriter.create(path, derived);
      const source = async function* () {
        yield Buffer.from("firm");
        yield Buffer.from("ware");
      };
      const record = await writer.addBlob(source(), {
        at: nanos(5),
        media: "application/octet-stream",
        name: "app.bin",
      });
      expect(record).toMatchObject({ type: "blob", at: 5, size: 8, name: "app.bin" });
      expect(readFileSync(`${path}.blobs/${record.sha256}`, "utf8")).toBe("firmware");
      await writer.close({ reason: "stop" });
      expect(content(await recordsOf(path))).toEqual([record]);
      expect(await checkTape(path)).toMatchObject({ findings: [], closed: true });
      expect(readdirSync(file("")).toSorted()).toEqual([TAPE, `${TAPE}.blobs`]);
    }));

  test("that take their time do not make time go back, and stay with their record's segment", async () => {
    const disk = new SmallDisk();
    const writer = await TapeWriter.over(disk, TAPE, derived);
    let go: () => void = () => {};
    const slow = async function* () {
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      yield Uint8Array.of(1);
    };
    const adding = writer.addBlob(slow(), { at: nanos(1), media: "image/png" });
    await turn();
    writer.write({ type: "mark", at: nanos(50), label: "meanwhile" });
    writer.rotate(nanos(60));
    go();
    const record = await adding;
    expect(record.at).toBe(60);
    await writer.close({ reason: "stop" });
    expect(scanned(disk.text("a.0001.tape.jsonl")).records[1]).toMatchObject({ type: "blob", at: 0 });
    expect(disk.files.has(`a.0001.tape.jsonl.blobs/${record.sha256}`)).toBe(true);
  });

  test("are not parted from their record by a rotation while they are put in place", async () => {
    const disk = new SmallDisk();
    const writer = await TapeWriter.over(disk, TAPE, derived);
    disk.whileMoving = () => writer.rotate(nanos(9));
    const { sha256 } = await writer.addBlob(Uint8Array.of(1), { at: nanos(5), media: "image/png" });
    writer.write({ type: "mark", at: nanos(20), label: "after" });
    await writer.close({ reason: "stop" });
    expect(content(scanned(disk.text(TAPE)).records)).toMatchObject([{ type: "blob", sha256 }]);
    expect(disk.files.has(`${TAPE}.blobs/${sha256}`)).toBe(true);
    expect(content(scanned(disk.text("a.0001.tape.jsonl")).records)).toMatchObject([{ type: "mark", at: 0 }]);
  });

  test("that break off leave nothing behind, and the tape goes on", async () => {
    const disk = new SmallDisk();
    const writer = await TapeWriter.over(disk, TAPE, derived);
    const broken = async function* () {
      yield Uint8Array.of(1);
      throw new Error("the camera is gone");
    };
    await expect(writer.addBlob(broken(), { at: nanos(1), media: "image/png" })).rejects.toThrow("the camera is gone");
    await writer.close({ reason: "stop" });
    expect([...disk.files.keys()]).toEqual([TAPE]);
    expect(scanned(disk.text(TAPE)).facts).toMatchObject({ end: { reason: "stop" } });
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
