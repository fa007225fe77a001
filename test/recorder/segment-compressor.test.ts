import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { SegmentCompressor } from "../../src/recorder/segment-compressor.ts";
import { checkTape } from "../../src/tape/check.ts";
import { TapeWriter } from "../../src/tape/writer.ts";
import { header, inFolder, tapeBytes } from "../tape/tape-files.ts";
import { channel, raw } from "../tape/traffic.ts";

const segment = tapeBytes([
  channel(0),
  ...Array.from({ length: 3000 }, (_, index) => raw(index, 0, "rx", `reading ${index}: 23.5 °C, pump ${index % 7}`)),
]);

test("closed segments are compressed one after the other, and are where the compressor says", () =>
  inFolder(async (file) => {
    const compressor = new SegmentCompressor();
    const paths = ["a.tape.jsonl", "b.tape.jsonl", "c.tape.jsonl"].map((name) => file(name, segment));
    for (const path of paths) compressor.add(path);
    expect(compressor.left).toBe(3);
    expect(await compressor.finish()).toBeUndefined();
    expect(compressor.left).toBe(0);
    expect(readdirSync(file("")).toSorted()).toEqual(["a.tape.jsonl.gz", "b.tape.jsonl.gz", "c.tape.jsonl.gz"]);
    for (const path of paths) {
      expect(compressor.pathOf(path)).toBe(`${path}.gz`);
      expect((await checkTape(`${path}.gz`)).findings).toEqual([]);
    }
  }));

test("a segment that is to be removed is let go, whether it waits or is being compressed", () =>
  inFolder(async (file) => {
    const compressor = new SegmentCompressor();
    const [first, second, third] = ["a", "b", "c"].map((name) => file(`${name}.tape.jsonl`, segment));
    for (const path of [first!, second!, third!]) compressor.add(path);
    await compressor.letGo(second!);
    await compressor.letGo(first!);
    expect(await compressor.finish()).toBeUndefined();
    expect(readdirSync(file("")).toSorted()).toEqual(["a.tape.jsonl", "b.tape.jsonl", "c.tape.jsonl.gz"]);
  }));

test("however short a tape keeps its segments, none comes back compressed after it was removed", () =>
  inFolder(async (file) => {
    const compressor = new SegmentCompressor();
    const options = { header, live: false, keepLast: 1, closedSegments: compressor } as const;
    const writer = await TapeWriter.create(file("a.tape.jsonl"), options);
    writer.write(channel(0));
    for (let number = 0; number < 5; number++) {
      for (let index = 0; index < 500; index++) writer.write(raw(number, 0, "rx", `reading ${index}: 23.5 °C`));
      writer.rotate();
      await writer.flush();
    }
    await writer.close({ reason: "stop" });
    expect(await compressor.finish()).toBeUndefined();
    expect(readdirSync(file(""))).toEqual(["a.0005.tape.jsonl"]);
  }));

test("the first that cannot be compressed is told, and it and all after it stay as they are", () =>
  inFolder(async (file) => {
    const compressor = new SegmentCompressor();
    const first = file("a.tape.jsonl", segment);
    file("a.tape.jsonl.gz", "somebody else's");
    const second = file("b.tape.jsonl", segment);
    compressor.add(first);
    compressor.add(second);
    const failure = await compressor.finish();
    expect(failure).toMatchObject({ code: "OUTPUT_EXISTS", file: first });
    expect(failure?.message).toMatch(/^cannot compress .*a\.tape\.jsonl: .*is already there$/);
    compressor.add(second);
    expect(await compressor.finish()).toBe(failure);
    expect(compressor.left).toBe(0);
    expect(compressor.pathOf(first)).toBe(first);
    expect(readdirSync(file("")).toSorted()).toEqual(["a.tape.jsonl", "a.tape.jsonl.gz", "b.tape.jsonl"]);
  }));
