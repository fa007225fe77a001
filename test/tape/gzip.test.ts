import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { checkTape } from "../../src/tape/check.ts";
import { compressTape, decompressTape } from "../../src/tape/gzip.ts";
import { formatRecord } from "../../src/tape/line.ts";
import { TapeWriter } from "../../src/tape/writer.ts";
import { nanos, ZERO } from "../../src/time/nanos.ts";
import { header, inFolder, tapeBytes } from "./tape-files.ts";
import { channel, raw } from "./traffic.ts";

const many = tapeBytes([
  channel(0),
  ...Array.from({ length: 4000 }, (_, index) => raw(index, 0, "rx", `reading ${index}: 23.5 °C, pump ${index % 7}`)),
]);

/** Each member decompressed by itself: they are told apart by where zlib stops. */
function membersOf(compressed: Buffer): string[] {
  const starts: number[] = [];
  const magic = Buffer.from([0x1f, 0x8b, 0x08, 0x00]);
  for (let at = compressed.indexOf(magic); at !== -1; at = compressed.indexOf(magic, at + 1)) starts.push(at);
  return starts.map((start, index) => gunzipSync(compressed.subarray(start, starts[index + 1])).toString());
}

describe("a closed tape that is compressed", () => {
  test("says the same, with the same hashes, in one member for each block", () =>
    inFolder(async (file) => {
      const path = file("a.tape.jsonl", many);
      const before = await checkTape(path);
      const out = await compressTape(path);
      expect(out).toBe(`${path}.gz`);
      expect(existsSync(path)).toBe(false);
      expect(await checkTape(out)).toEqual({ ...before, path: out, compressed: true });
      const members = membersOf(readFileSync(out));
      expect(members.join("")).toBe(many.toString());
      expect(members).toHaveLength(before.hashLines);
      for (const member of members) expect(member).toMatch(/\{"type":"(block|end)",[^\n]*\n$/);
    }));

  test("is the same bytes every time", () =>
    inFolder(async (file) => {
      const first = readFileSync(await compressTape(file("a.tape.jsonl", many)));
      expect(readFileSync(await compressTape(file("b.tape.jsonl", many))).equals(first)).toBe(true);
    }));

  test("comes back byte for byte, and its blobs stay where they are", () =>
    inFolder(async (file) => {
      const path = file("a.tape.jsonl");
      const writer = await TapeWriter.create(path, { header, live: false });
      await writer.addBlob(Buffer.from("firmware"), { at: ZERO, media: "application/octet-stream" });
      await writer.close({ reason: "stop" });
      const plain = readFileSync(path);
      const out = await compressTape(path);
      expect((await checkTape(out)).findings).toEqual([]);
      expect(await decompressTape(out)).toBe(path);
      expect(existsSync(out)).toBe(false);
      expect(readFileSync(path).equals(plain)).toBe(true);
      expect((await checkTape(path)).findings).toEqual([]);
    }));

  test("may be one that somebody made without hash lines", () =>
    inFolder(async (file) => {
      const lines = Array.from({ length: 30_000 }, (_, index) => formatRecord(raw(index, 0, "rx", `${index}`)));
      const end = formatRecord({ type: "end", at: nanos(30_000), records: 30_000, reason: "eof" });
      const text = `${[...lines, end].join("\n")}\n`;
      const out = await compressTape(file("a.tape.jsonl", text));
      const members = membersOf(readFileSync(out));
      expect(members.join("")).toBe(text);
      expect(members.length).toBeGreaterThan(1);
      for (const member of members) expect(member.endsWith("\n")).toBe(true);
    }));
});

describe("a tape is left as it is", () => {
  test("while it has no end: a recording may still be writing it", () =>
    inFolder(async (file) => {
      const path = file("a.tape.jsonl", tapeBytes([channel(0)], { end: false }));
      await expect(compressTape(path)).rejects.toMatchObject({ code: "USAGE", file: path });
      expect(existsSync(path)).toBe(true);
      expect(existsSync(`${path}.gz`)).toBe(false);
    }));

  test("when it is compressed already", () =>
    inFolder(async (file) => {
      const out = await compressTape(file("a.tape.jsonl", many));
      await expect(compressTape(out)).rejects.toMatchObject({ code: "USAGE" });
    }));

  test("where the other one is already there, unless asked", () =>
    inFolder(async (file) => {
      const path = file("a.tape.jsonl", many);
      file("a.tape.jsonl.gz", "precious");
      await expect(compressTape(path)).rejects.toMatchObject({ code: "OUTPUT_EXISTS" });
      expect(readFileSync(`${path}.gz`, "utf8")).toBe("precious");
      expect(existsSync(path)).toBe(true);
      await compressTape(path, { force: true });
      expect(existsSync(path)).toBe(false);
    }));

  test("where its compressed data is damaged", () =>
    inFolder(async (file) => {
      const out = await compressTape(file("a.tape.jsonl", many));
      const compressed = readFileSync(out);
      writeFileSync(out, compressed.subarray(0, compressed.length - 100));
      await expect(decompressTape(out)).rejects.toMatchObject({ code: "TAPE_MALFORMED" });
      expect(existsSync(out)).toBe(true);
      expect(existsSync(file("a.tape.jsonl"))).toBe(false);
    }));
});
