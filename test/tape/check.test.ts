import { createHash } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type CheckReport, checkTape } from "../../src/tape/check.ts";
import { formatRecord } from "../../src/tape/line.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { type TapeFacts, TapeScanner } from "../../src/tape/scanner.ts";
import { TapeWriter } from "../../src/tape/writer.ts";
import { nanos, ZERO } from "../../src/time/nanos.ts";
import { header, inFolder, tapeBytes } from "./tape-files.ts";
import { channel, raw } from "./traffic.ts";

const typesOf = ({ findings }: CheckReport): string[] => findings.map(({ type }) => type);

/** A tape with a hash line after each group, made by the words of docs/tape-format.md and not by our code. */
function sealed(...groups: readonly (readonly TapeRecord[])[]): Buffer {
  let text = "";
  let hashed = 0;
  let previous = Buffer.alloc(32);
  for (const group of groups) {
    for (const record of group) text += `${formatRecord(record)}\n`;
    const last = group.at(-1);
    const at = last === undefined || last.type === "header" ? 0 : last.at;
    text += `{"type":"block","at":${at},"records":${text.split("\n").length - 1},"sha256":"`;
    previous = createHash("sha256").update(previous).update(text.slice(hashed)).digest();
    text += previous.toString("hex");
    hashed = text.length;
    text += '"}\n';
  }
  return Buffer.from(text);
}

const small = sealed(
  [header, channel(0), raw(1, 0, "rx", "on")],
  [raw(2, 0, "tx", "off")],
  [raw(3, 0, "rx", Uint8Array.of(7)), { type: "mark", at: nanos(4), label: "here" }],
);
const firstHashLine = small.indexOf('{"type":"block"');
const secondHashLine = small.indexOf('{"type":"block"', firstHashLine + 1);
const lastHashLine = small.lastIndexOf('{"type":"block"');

const checked = (content: string | Uint8Array): Promise<CheckReport> =>
  inFolder((file) => checkTape(file("a.tape.jsonl", content)));

function factsOf(bytes: Uint8Array): TapeFacts {
  const scanner = new TapeScanner({ file: "", verify: true, onUnreadable: () => {} });
  scanner.append(bytes);
  return scanner.facts();
}

function flipped(bytes: Uint8Array, byte: number, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[byte] = (copy[byte] ?? 0) ^ (1 << bit);
  return copy;
}

describe("a whole tape", () => {
  test("has nothing wrong with it", async () => {
    const { path: _, ...report } = await checked(small);
    expect(report).toEqual({
      schema: 2,
      compressed: false,
      lines: 9,
      bytes: small.length,
      hashLines: 3,
      findings: [],
      findingsCount: 0,
      unsealedBytes: 0,
      tornBytes: 0,
      closed: false,
      previousGone: false,
    });
  });

  test("that we wrote has its hashes by the words of the format", () => {
    const records = [channel(0), raw(1, 0, "rx", "x".repeat(66_000))];
    const ours = tapeBytes([...records, raw(2, 0, "rx", "y".repeat(66_000))], { end: false });
    expect(ours.equals(sealed([header, ...records], [raw(2, 0, "rx", "y".repeat(66_000))]))).toBe(true);
  });

  test("that was killed has bytes that nobody vouches for, and no damage", async () => {
    const killed = small.subarray(0, small.length - 10);
    const report = await checked(killed);
    expect(report).toMatchObject({ findings: [], closed: false, hashLines: 2, bytes: lastHashLine });
    expect(report.tornBytes).toBe(killed.length - lastHashLine);
    expect(report.unsealedBytes).toBe(lastHashLine - small.indexOf("\n", secondHashLine) - 1);
  });

  test("without hash lines, such as a golden, is well", async () => {
    expect(await checked(`${formatRecord(raw(1, 0, "rx", "a"))}\n`)).toMatchObject({ findings: [], hashLines: 0 });
  });
});

describe("any flipped bit before the last hash line", () => {
  test("is found, and named by the block that holds it", () => {
    for (let byte = 0; byte < lastHashLine; byte++) {
      for (let bit = 0; bit < 8; bit++) {
        const { damaged, damagedCount } = factsOf(flipped(small, byte, bit));
        const [block] = damaged;
        if (damagedCount !== 1 || block === undefined || byte < block.start || byte >= block.end) {
          expect.fail(`bit ${bit} of byte ${byte}: ${JSON.stringify(damaged)}`);
        }
      }
    }
  });

  test("is what check says", () =>
    inFolder(async (file) => {
      for (let byte = 0; byte < lastHashLine; byte += 7) {
        const report = await checkTape(file("a.tape.jsonl", flipped(small, byte, byte % 8)));
        const blocks = report.findings.filter(({ type }) => type === "damaged-block");
        expect(blocks, `byte ${byte}`).toHaveLength(1);
      }
    }));

  test("and in the last one leaves it damaged, or its bytes without one", () => {
    for (let byte = lastHashLine; byte < small.length; byte++) {
      const { damagedCount, unsealedBytes, tornBytes } = factsOf(flipped(small, byte, 0));
      expect(damagedCount + unsealedBytes + tornBytes, `byte ${byte}`).toBeGreaterThan(0);
    }
  });
});

describe("damage is told apart", () => {
  const edit = (from: string, to: string): Buffer => Buffer.from(small.toString().replace(from, to));

  test("an edited line is one damaged block, by number, lines and bytes", async () => {
    const { findings } = await checked(edit('"off"', '"ON!"'));
    const start = small.indexOf("\n", firstHashLine) + 1;
    const end = small.indexOf("\n", secondHashLine) + 1;
    expect(findings).toEqual([{ type: "damaged-block", block: 2, firstLine: 5, lastLine: 6, start, end }]);
  });

  test("digits in upper case are damage", async () => {
    const report = await checked(small.toString().replace(/[0-9a-f]{64}/, (digits) => digits.toUpperCase()));
    expect(report.findings).toMatchObject([{ type: "damaged-block", block: 1 }]);
  });

  test("a line that is no record is named beside its block", async () => {
    const { findings } = await checked(edit('{"type":"raw","at":2', '{"type":"raw""at":2'));
    expect(findings).toMatchObject(
      [
        { type: "unreadable-line", line: 5 },
        { type: "damaged-block", block: 2 },
      ].toReversed(),
    );
  });

  test("lines in disorder are found where no hash vouches for them", async () => {
    const disorder = [header, raw(5, 0, "rx", "a"), channel(1), raw(4, 1, "rx", "b"), raw(5, 0, "rx", "c"), header];
    const { findings } = await checked(disorder.map((record) => `${formatRecord(record)}\n`).join(""));
    expect(findings).toMatchObject([
      { type: "misplaced-record", line: 2, why: expect.stringContaining("channel 0") },
      { type: "misplaced-record", line: 3, why: expect.stringContaining("goes back") },
      { type: "misplaced-record", line: 6, why: expect.stringContaining("second header") },
    ]);
  });

  test("a wrong count in a hash line is found though its hash is right", async () => {
    const text = small.toString("utf8", 0, lastHashLine);
    const head = `${text}{"type":"block","at":4,"records":7,"sha256":"`;
    const from = text.lastIndexOf('"sha256":"') + 10;
    const digits = createHash("sha256")
      .update(Buffer.from(text.slice(from, from + 64), "hex"))
      .update(head.slice(from + 64))
      .digest("hex");
    const { findings } = await checked(`${head}${digits}"}\n`);
    expect(findings).toEqual([{ type: "wrong-count", line: 9, records: 7 }]);
  });

  test("a line that was cut out is found by its block and by the count", async () => {
    const { findings } = await checked(edit(`${formatRecord(raw(2, 0, "tx", "off"))}\n`, ""));
    expect(typesOf({ findings } as CheckReport)).toEqual(["damaged-block", "wrong-count", "wrong-count"]);
  });

  test("thousands of bad lines are counted, and the first are listed", async () => {
    const report = await checked(`${formatRecord(header)}\n${"oops\n".repeat(3000)}`);
    expect([report.findings.length, report.findingsCount]).toEqual([1000, 3000]);
  });

  test("compressed data that breaks off is found, after what can be read", async () => {
    const compressed = gzipSync(
      tapeBytes([channel(0), ...Array.from({ length: 3000 }, (_, i) => raw(i, 0, "rx", `${i * i}`))]),
    );
    const report = await checked(compressed.subarray(0, compressed.length - 3000));
    expect(report.compressed).toBe(true);
    expect(typesOf(report)).toEqual(["broken-compression"]);
    expect(report.lines).toBeGreaterThan(100);
  });
});

describe("what never was a tape is refused, not checked", () => {
  test.each([
    ["", "TAPE_MALFORMED"],
    ["rubbish\nmore rubbish\n", "TAPE_MALFORMED"],
    ['{"type":"header","format":"fieldtape","schema":3}\n', "TAPE_UNSUPPORTED"],
    [`${formatRecord({ ...header, requires: ["smell"] })}\n`, "TAPE_UNSUPPORTED"],
  ])("%j", async (content, code) => {
    await expect(checked(content)).rejects.toMatchObject({ code });
  });
});

describe("what lies beside a tape", () => {
  test("blobs are looked at", () =>
    inFolder(async (file) => {
      const path = file("a.tape.jsonl");
      const writer = await TapeWriter.create(path, { header, live: false });
      const names: string[] = [];
      for (const text of ["whole", "gone", "longer", "other"]) {
        const { sha256 } = await writer.addBlob(Buffer.from(text), { at: ZERO, media: "text/plain" });
        names.push(sha256);
      }
      await writer.close({ reason: "stop" });
      const blob = (index: number) => `a.tape.jsonl.blobs/${names[index]}`;
      expect((await checkTape(path)).findings).toEqual([]);
      rmSync(file(blob(1)));
      file(blob(2), "longer?");
      file(blob(3), "mother".slice(1));
      file(blob(3), "othes");
      expect((await checkTape(path)).findings).toEqual([
        { type: "damaged-blob", line: 3, sha256: names[1], why: "missing" },
        { type: "damaged-blob", line: 4, sha256: names[2], why: "size" },
        { type: "damaged-blob", line: 5, sha256: names[3], why: "digest" },
      ]);
    }));

  test("a segment goes on from the one before it, or that one is gone", () =>
    inFolder(async (file) => {
      const path = file("a.tape.jsonl");
      const writer = await TapeWriter.create(path, { header, live: false });
      writer.write(channel(0));
      writer.rotate();
      writer.write(raw(1, 0, "rx", "on"));
      await writer.close({ reason: "stop" });
      const second = file("a.0001.tape.jsonl");
      expect(await checkTape(second)).toMatchObject({ findings: [], previousGone: false });
      writeFileSync(path, tapeBytes([channel(0), raw(1, 0, "rx", "another recording")]));
      expect((await checkTape(second)).findings).toEqual([{ type: "broken-previous", line: 1, segment: path }]);
      rmSync(path);
      expect(await checkTape(second)).toMatchObject({ findings: [], previousGone: true });
    }));
});
