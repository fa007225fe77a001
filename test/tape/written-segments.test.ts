import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkTape } from "../../src/tape/check.ts";
import { compressTape } from "../../src/tape/gzip.ts";
import { formatRecord } from "../../src/tape/line.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { TapeWriter } from "../../src/tape/writer.ts";
import type { TapeWriterOptions } from "../../src/tape/writer-options.ts";
import { nanos, seconds } from "../../src/time/nanos.ts";
import { SmallDisk } from "./small-disk.ts";
import { content, header, inFolder } from "./tape-files.ts";
import { channel, raw } from "./traffic.ts";
import { derived, readings, scanned, TAPE, written } from "./written.ts";

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
