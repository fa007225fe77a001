import { spawnSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdirSync, truncateSync } from "node:fs";
import process from "node:process";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { FieldtapeError } from "../../src/errors.ts";
import { formatRecord } from "../../src/tape/line.ts";
import { openTape, type TapeReader } from "../../src/tape/reader.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { nanos } from "../../src/time/nanos.ts";
import { needs } from "../needs.ts";
import { header, inFolder, recordsOf, tapeBytes } from "./tape-files.ts";
import { channel, raw } from "./traffic.ts";

const few = [channel(0), raw(1, 0, "rx", "$GPGGA,1*00\r\n"), raw(2, 0, "tx", Uint8Array.of(0, 1, 2))];
/** Several blocks, several reads of the file. */
const many = [
  channel(0),
  ...Array.from({ length: 9000 }, (_, index) =>
    raw(index, 0, index % 2 === 0 ? "rx" : "tx", `reading ${index}: 23.5 °C`),
  ),
];

async function all(tape: TapeReader, options?: Parameters<TapeReader["batches"]>[0]): Promise<TapeRecord[]> {
  const records: TapeRecord[] = [];
  for await (const batch of tape.batches(options)) records.push(...batch.records);
  return records;
}

/** Long tapes are compared as text: much faster. */
const said = (records: readonly TapeRecord[]): string => records.map(formatRecord).join("\n");

async function failureOf(path: string): Promise<FieldtapeError> {
  try {
    await recordsOf(path);
  } catch (thrown) {
    if (thrown instanceof FieldtapeError) return thrown;
    throw thrown;
  }
  throw new Error("it was read");
}

describe("a tape", () => {
  test("is read in order, as often as wanted, and says how it is", () =>
    inFolder(async (file) => {
      const bytes = tapeBytes(many);
      await using tape = await openTape(file("a.tape.jsonl", bytes));
      expect(tape.header).toEqual(header);
      const first = await all(tape);
      expect(said(first.filter(({ type }) => type === "raw"))).toBe(said(many.slice(1)));
      expect(said(await all(tape, { verify: false }))).toBe(said(first));
      expect(tape.facts()).toMatchObject({
        schema: 2,
        compressed: false,
        lines: first.length,
        bytes: bytes.length,
        tornBytes: 0,
        unsealedBytes: 0,
        damagedCount: 0,
        end: { type: "end", reason: "stop", records: first.length - 1 },
      });
    }));

  test("is read from a place in the middle", () =>
    inFolder(async (file) => {
      const bytes = tapeBytes(many);
      const fromByte = bytes.lastIndexOf("\n", bytes.indexOf("reading 7777:")) + 1;
      const fromLine = bytes.toString("utf8", 0, fromByte).split("\n").length;
      for (const name of ["a.tape.jsonl", "a.tape.jsonl.gz"]) {
        await using tape = await openTape(file(name, name.endsWith("gz") ? gzipSync(bytes) : bytes));
        const records: TapeRecord[] = [];
        let firstLine: number | undefined;
        for await (const batch of tape.batches({ fromByte, fromLine, fromAt: nanos(7776) })) {
          firstLine ??= batch.firstLine;
          records.push(...batch.records);
        }
        expect(firstLine).toBe(fromLine);
        expect(records[0]).toEqual(many[7778]);
        expect(records.at(-1)?.type).toBe("end");
        expect(tape.facts()).toMatchObject({ bytes: bytes.length, damagedCount: 0, unsealedBytes: 0 });
      }
    }));

  test("that grows while it is read is read to where it ends by then", () =>
    inFolder(async (file) => {
      const bytes = tapeBytes(few);
      const half = bytes.indexOf("\n", bytes.indexOf('"raw"')) - 5;
      const path = file("a.tape.jsonl", bytes.subarray(0, half));
      await using tape = await openTape(path);
      const records: TapeRecord[] = [];
      let grown = false;
      for await (const batch of tape.batches()) {
        if (!grown) appendFileSync(path, bytes.subarray(half));
        grown = true;
        records.push(...batch.records);
      }
      expect(said(records)).toBe(said(await recordsOf(file("whole.tape.jsonl", bytes))));
      expect(tape.facts().damagedCount).toBe(0);
    }));

  test("may be left in the middle, and closed without being read", () =>
    inFolder(async (file) => {
      for (const bytes of [tapeBytes(many), gzipSync(tapeBytes(many))]) {
        const path = file("a.tape.jsonl", bytes);
        await using left = await openTape(path);
        for await (const batch of left.batches()) if (batch.records.length > 0) break;
        await using unread = await openTape(path);
        expect(unread.header).toEqual(header);
      }
    }));

  test("whose last line is torn is read without it", () =>
    inFolder(async (file) => {
      const bytes = tapeBytes(few, { end: false });
      await using tape = await openTape(file("a.tape.jsonl", bytes.subarray(0, -3)));
      expect(await all(tape)).toEqual([header, ...few.slice(0, 2)]);
      expect(tape.facts().tornBytes).toBeGreaterThan(0);
      expect(tape.facts().end).toBeUndefined();
    }));

  test("whose header is torn has no records yet", () =>
    inFolder(async (file) => {
      const bytes = tapeBytes(few);
      for (const length of [1, 5, 9, 60]) {
        await using tape = await openTape(file("a.tape.jsonl", bytes.subarray(0, length)));
        expect([tape.header, await all(tape), tape.facts().tornBytes]).toEqual([undefined, [], length]);
      }
    }));

  test("without header is a fragment, such as a golden", () =>
    inFolder(async (file) => {
      const golden: TapeRecord = {
        type: "output",
        at: nanos(3),
        machine: "nmea",
        channel: 4,
        value: { type: "frame" },
      };
      await using tape = await openTape(file("golden.jsonl", `${formatRecord(golden)}\n`));
      expect(tape.header).toBeUndefined();
      expect(await all(tape)).toEqual([golden]);
    }));

  test("of schema 1 is read as one of schema 2", () =>
    inFolder(async (file) => {
      const line = (ts: string, b64: string) => `{"ts": ${ts}, "type": "raw", "source": "gps", "b64": "${b64}"}\n`;
      const path = file("old.jsonl", line("1730000000.000000001", "QUI=") + line("1730000000.500000001", "QUM="));
      await using tape = await openTape(path);
      expect(tape.header).toMatchObject({ started: "2024-10-27T03:33:20.000000001Z" });
      const records = await all(tape);
      expect(records.slice(1)).toMatchObject([
        { type: "channel", name: "gps" },
        { type: "raw", at: 0, dir: "rx" },
        { type: "raw", at: 500_000_000 },
      ]);
      expect(tape.facts()).toMatchObject({ schema: 1, lines: 2 });
    }));
});

describe("a compressed tape", () => {
  const bytes = tapeBytes(many);

  test("is told by its first bytes, whatever its name and its members", () =>
    inFolder(async (file) => {
      const members = Buffer.concat([
        gzipSync(bytes.subarray(0, 100_001)),
        gzipSync(""),
        gzipSync(bytes.subarray(100_001)),
      ]);
      for (const compressed of [gzipSync(bytes), members]) {
        const path = file("a.tape.jsonl", compressed);
        expect(said(await recordsOf(path))).toBe(said(await recordsOf(file("plain.tape.jsonl", bytes))));
        await using tape = await openTape(path);
        await all(tape);
        expect(tape.facts()).toMatchObject({ compressed: true, damagedCount: 0, bytes: bytes.length });
      }
    }));

  test("that breaks off is refused after what could be read", () =>
    inFolder(async (file) => {
      const compressed = gzipSync(bytes);
      const path = file("a.tape.jsonl.gz", compressed.subarray(0, compressed.length - 2000));
      await using tape = await openTape(path);
      const records: TapeRecord[] = [];
      const reading = (async () => {
        for await (const batch of tape.batches()) records.push(...batch.records);
      })();
      await expect(reading).rejects.toMatchObject({ code: "TAPE_MALFORMED", file: path });
      expect(records.length).toBeGreaterThan(1000);
    }));

  test("that breaks off is read as far as it goes where holes are expected", () =>
    inFolder(async (file) => {
      const compressed = gzipSync(bytes);
      const path = file("a.tape.jsonl.gz", compressed.subarray(0, compressed.length - 2000));
      await using tape = await openTape(path, { onUnreadable: () => {} });
      expect((await all(tape)).length).toBeGreaterThan(1000);
      expect(tape.facts().broken).toMatchObject({ code: "TAPE_MALFORMED" });
    }));

  test("that grows beyond all measure is refused", () =>
    inFolder(async (file) => {
      const zeros = gzipSync(Buffer.alloc(64 << 20), { level: 9 });
      const path = file(
        "bomb.tape.jsonl.gz",
        Buffer.concat([gzipSync(tapeBytes(few, { end: false })), ...Array(12).fill(zeros)]),
      );
      await using tape = await openTape(path, { onUnreadable: () => {} });
      await expect(all(tape)).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
    }));
});

describe("what is no tape is refused with words that help", () => {
  test.each([
    ["an empty file", "", "TAPE_MALFORMED", "is no tape: it is empty"],
    ["binary rubbish", Buffer.from([0, 1, 2, 255, 254]), "TAPE_MALFORMED", "is no tape: it has not one whole line"],
    [
      "binary rubbish with lines",
      Buffer.from([0, 1, 10, 255, 10]),
      "TAPE_MALFORMED",
      "is no tape: its first line is no JSON object",
    ],
    [
      "another program's log",
      "12:00:01 rx 01 02 03\n",
      "TAPE_MALFORMED",
      "is no tape: its first line is no JSON object",
    ],
    [
      "a byte order mark",
      "\ufeff{}\n",
      "TAPE_MALFORMED",
      "is no tape: its first line is preceded by a byte order mark",
    ],
    ["JSON of other kinds", "[1,2,3]\n", "TAPE_MALFORMED", "is no tape: its first line is no JSON object"],
    ["JSON lines of other kinds", '{"level":"info"}\n', "TAPE_MALFORMED", ':1: the line has no "type"'],
    ["a later schema", '{"type":"header","format":"fieldtape","schema":9}\n', "TAPE_UNSUPPORTED", "is of schema 9"],
    ["another format", '{"type":"header","format":"mcap","schema":2}\n', "TAPE_MALFORMED", '"header" "format"'],
    ["a first line without end", Buffer.alloc(3 << 20, 0x7b), "LIMIT_EXCEEDED", ":1: the line is longer than"],
  ])("%s", (_, content, code, words) =>
    inFolder(async (file) => {
      const failure = await failureOf(file("a.tape.jsonl", content));
      expect(failure.code).toBe(code);
      expect(failure.message).toContain(words);
      expect(failure.hint).toBeTruthy();
    }),
  );

  test("a file that is not there", async () => {
    expect(await failureOf("/nowhere/a.tape.jsonl")).toMatchObject({
      code: "INPUT_MISSING",
      file: "/nowhere/a.tape.jsonl",
    });
  });

  test("a folder", () =>
    inFolder(async (file) => {
      mkdirSync(file("folder"));
      expect((await failureOf(file("folder"))).code).toBe("INPUT_UNREADABLE");
    }));

  // The superuser may read everything.
  test.skipIf(process.getuid?.() === 0)("a file that may not be read", () =>
    inFolder(async (file) => {
      const path = file("a.tape.jsonl", tapeBytes(few));
      chmodSync(path, 0o000);
      expect(await failureOf(path)).toMatchObject({
        code: "INPUT_UNREADABLE",
        message: expect.stringContaining("no permission"),
      });
    }),
  );

  test("a line of two gigabytes, without reading it", () =>
    inFolder(async (file) => {
      for (const before of ["", `${formatRecord(header)}\n`]) {
        const path = file("a.tape.jsonl", before);
        truncateSync(path, 2 * 1024 ** 3);
        const heap = process.memoryUsage().rss;
        expect(await failureOf(path)).toMatchObject({ code: "LIMIT_EXCEEDED", line: before === "" ? 1 : 2 });
        expect(process.memoryUsage().rss - heap).toBeLessThan(64 << 20);
      }
    }));

  test("a malformed line in the middle is named, with what to do", () =>
    inFolder(async (file) => {
      const lines = tapeBytes(few).toString().split("\n");
      lines[2] = "{oops";
      const path = file("a.tape.jsonl", lines.join("\n"));
      expect(await failureOf(path)).toMatchObject({
        code: "TAPE_MALFORMED",
        file: path,
        line: 3,
        message: `${path}:3: the line is not JSON`,
        hint: `fieldtape tape recover ${path} keeps everything that is whole`,
      });
    }));
});

needs("mkfifo")("a tape can come out of a pipe, once", () =>
  inFolder(async (file) => {
    const pipe = file("pipe");
    spawnSync("mkfifo", [pipe]);
    const bytes = tapeBytes(many);
    const { createWriteStream } = await import("node:fs");
    createWriteStream(pipe).end(bytes);
    await using tape = await openTape(pipe);
    expect((await all(tape)).length).toBe((await recordsOf(file("plain", bytes))).length);
  }),
);
