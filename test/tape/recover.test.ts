import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { checkTape } from "../../src/tape/check.ts";
import { formatRecord } from "../../src/tape/line.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { recoveredPath, recoverTape } from "../../src/tape/recover.ts";
import { TapeWriter } from "../../src/tape/writer.ts";
import { nanos } from "../../src/time/nanos.ts";
import { content, header, inFolder, recordsOf, tapeBytes } from "./tape-files.ts";
import { channel, raw } from "./traffic.ts";

const force = false;
const records: TapeRecord[] = [
  channel(0),
  { type: "wall", at: nanos(1), wall: "2026-11-20T12:00:00.000000001Z", step: 0 },
  ...Array.from({ length: 2500 }, (_, index) => raw(index + 2, 0, "rx", `line ${index} ${"x".repeat(50)}`)),
];

async function assertWhole(path: string): Promise<void> {
  expect((await checkTape(path)).findings).toEqual([]);
}

describe("recovering a tape", () => {
  test("after a kill gives all whole lines and says what was torn", () =>
    inFolder(async (file) => {
      const bytes = tapeBytes(records, { end: false });
      const path = file("site.tape.jsonl", bytes.subarray(0, -20));
      const out = recoveredPath(path);
      expect(out).toBe(file("site.recovered.tape.jsonl"));
      const report = await recoverTape(path, out, { force });
      expect(report).toMatchObject({
        kept: 2502,
        holes: { count: 1 },
        closedCleanly: false,
        headerLost: false,
        altered: 0,
      });
      const recovered = await recordsOf(out);
      const at = nanos(2500);
      expect(content(recovered)).toEqual([
        ...records.slice(0, -1),
        { type: "gap", at, cause: "damage", bytes: report.holes.bytes },
      ]);
      expect(recovered[0]).toMatchObject({ started: header.started, recorder: header.recorder });
      expect(recovered.at(-1)).toMatchObject({ type: "end", reason: "recovered" });
      await assertWhole(out);
      expect(readFileSync(path)).toEqual(bytes.subarray(0, -20));
    }));

  test("gives the same bytes every time, and overwrites nothing", () =>
    inFolder(async (file) => {
      const path = file("site.tape.jsonl", tapeBytes(records).fill(0, 3000, 9000));
      await recoverTape(path, file("a.tape.jsonl"), { force });
      await recoverTape(path, file("b.tape.jsonl"), { force });
      expect(readFileSync(file("a.tape.jsonl"))).toEqual(readFileSync(file("b.tape.jsonl")));
      await expect(recoverTape(path, file("a.tape.jsonl"), { force })).rejects.toMatchObject({ code: "OUTPUT_EXISTS" });
      await expect(recoverTape(path, path, { force: true })).rejects.toMatchObject({ code: "USAGE" });
    }));

  test("finds its date again when the header was lost", () =>
    inFolder(async (file) => {
      const bytes = tapeBytes(records);
      const path = file("site.tape.jsonl", bytes.subarray(200));
      const report = await recoverTape(path, file("out.tape.jsonl"), { force });
      expect(report.headerLost).toBe(true);
      expect((await recordsOf(file("out.tape.jsonl")))[0]).toMatchObject({ started: header.started });
      await assertWhole(file("out.tape.jsonl"));
    }));

  test("marks a block that was altered without a trace", () =>
    inFolder(async (file) => {
      const text = tapeBytes(records).toString().replace("line 100 ", "lime 100 ");
      const report = await recoverTape(file("site.tape.jsonl", text), file("out.tape.jsonl"), { force });
      expect(report).toMatchObject({ altered: 1, holes: { count: 0 } });
      const marks = (await recordsOf(file("out.tape.jsonl"))).filter(({ type }) => type === "mark");
      expect(marks).toMatchObject([
        { label: expect.stringMatching(/^recovered: lines 1 to \d+ did not match their hash$/) },
      ]);
    }));

  test("carries blobs, and marks those that are lost", () =>
    inFolder(async (file) => {
      const path = file("site.tape.jsonl");
      const { id, started, recorder, requires, meta } = header;
      const writer = await TapeWriter.create(path, { header: { id, started, recorder, requires, meta }, live: false });
      const kept = await writer.addBlob(Buffer.from("kept"), { at: nanos(1), media: "text/plain" });
      const lost = await writer.addBlob(Buffer.from("lost"), { at: nanos(2), media: "text/plain", name: "notes.txt" });
      await writer.close({ reason: "stop" });
      writeFileSync(`${path}.blobs/${lost.sha256}`, "damaged");
      const out = file("out.tape.jsonl");
      const report = await recoverTape(path, out, { force });
      expect(report.blobsLost).toBe(1);
      expect(content(await recordsOf(out))).toEqual([
        kept,
        { type: "mark", at: 2, label: `recovered: the blob ${lost.sha256} (notes.txt) is damaged` },
      ]);
      expect(existsSync(`${out}.blobs/${lost.sha256}`)).toBe(false);
      await assertWhole(out);
      // Overwriting a tape takes its blobs away first; refusing to leaves no blobs behind.
      await recoverTape(path, out, { force: true });
      await assertWhole(out);
      const other = file("mine", "mine");
      await expect(recoverTape(path, other, { force })).rejects.toMatchObject({ code: "OUTPUT_EXISTS" });
      expect(existsSync(`${other}.blobs`)).toBe(false);
    }));

  test("of what was never a tape is refused, and leaves no file", () =>
    inFolder(async (file) => {
      for (const [name, bytes] of [
        ["empty", ""],
        ["nul", Buffer.alloc(100_000)],
        ["text", "hello\nworld\n"],
        ["torn", '{"type":"hea'],
      ] as const) {
        const out = file(`${name}.out`);
        await expect(recoverTape(file(name, bytes), out, { force }), name).rejects.toMatchObject({
          code: "TAPE_MALFORMED",
        });
        expect(existsSync(out)).toBe(false);
      }
      await expect(recoverTape(file("empty"), file("x"), { force })).rejects.toMatchObject({
        message: expect.stringContaining("is no tape: it is empty"),
        hint: expect.stringContaining("killed before its first line"),
      });
      mkdirSync(file("folder"));
      await expect(recoverTape(file("folder"), file("x"), { force })).rejects.toThrow();
      await expect(recoverTape(file("missing"), file("x"), { force })).rejects.toMatchObject({ code: "INPUT_MISSING" });
    }));
});

describe("a compressed tape", () => {
  /** As fieldtape compresses: one member for each block. */
  const members = tapeBytes(records)
    .toString()
    .split(/(?<="\}\n)(?=\{"type":"raw","at":\d+,"channel":0,"dir":"rx","text":"line (?:700|1400|2100) )/)
    .map((text) => gzipSync(text));
  const whole = Buffer.concat(members);

  test("that was cut short gives what was written", () =>
    inFolder(async (file) => {
      expect(members.length).toBe(4);
      const path = file("site.tape.jsonl.gz", whole.subarray(0, whole.length - members[3]!.length - 10));
      const out = file("out.tape.jsonl");
      const report = await recoverTape(path, out, { force });
      expect(report.compressionDamaged).toBe(true);
      const found = content(await recordsOf(out)).map(formatRecord);
      for (const record of records.slice(0, 1402)) expect(found).toContain(formatRecord(record));
      await assertWhole(out);
    }));

  test("whose damaged member seems to go on into the next one gives the next one", () =>
    inFolder(async (file) => {
      const text = tapeBytes(records.slice(0, 200)).toString();
      const [head = "", rest = ""] = text.split(/(?=\{"type":"raw","at":100,)/);
      const length = Buffer.byteLength(head) + 20;
      // A stored block (RFC 1951 §3.2.4) whose length is wrong: it ends inside the next member.
      const stored = Buffer.from([1, length & 255, length >> 8, ~length & 255, (~length >> 8) & 255]);
      const damaged = Buffer.concat([gzipSync("").subarray(0, 10), stored, Buffer.from(head), gzipSync(rest)]);
      const out = file("out.tape.jsonl");
      await recoverTape(file("site.tape.jsonl.gz", damaged), out, { force });
      const found = content(await recordsOf(out)).map(formatRecord);
      for (const record of records.slice(0, 200)) expect(found).toContain(formatRecord(record));
    }));

  property.prop(
    [fc.nat({ max: whole.length - 1 }), fc.integer({ min: 1, max: 300 }), fc.constantFrom("fill", "cut", "flip")],
    { numRuns: 40, examples: [[4593, 1, "flip"]] },
  )("that is damaged in one member gives all of the others", (at, length, kind) =>
    inFolder(async (file) => {
      const damaged =
        kind === "fill"
          ? Buffer.from(whole).fill(0xa5, at, Math.min(whole.length, at + length))
          : kind === "cut"
            ? Buffer.concat([whole.subarray(0, at), whole.subarray(at + length)])
            : Buffer.from(whole).fill((whole[at] ?? 0) ^ 4, at, at + 1);
      const end = kind === "flip" ? at + 1 : at + length;
      const path = file("site.tape.jsonl.gz", damaged);
      const out = file("out.tape.jsonl");
      // The first member begins the file: without its first bytes it is no gzip file any more.
      if (at < 4) return;
      await recoverTape(path, out, { force });
      // Without times: where damage makes a whole block of them run ahead, what follows is counted from there.
      const timeless = (record: TapeRecord): string => formatRecord({ ...record, at: nanos(0) } as TapeRecord);
      const found = new Set(content(await recordsOf(out)).map(timeless));
      let start = 0;
      for (const [index, member] of members.entries()) {
        const touched = at < start + member.length && end > start;
        start += member.length;
        if (touched) continue;
        const own = records.slice(index === 0 ? 0 : index * 700 + 2, index * 700 + 702);
        expect(own.filter((record) => !found.has(timeless(record))).length, `member ${index}`).toBe(0);
      }
      await assertWhole(out);
    }),
  );
});
