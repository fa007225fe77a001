import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { attachFile } from "../../src/tape/attach.ts";
import { checkTape } from "../../src/tape/check.ts";
import { formatRecord } from "../../src/tape/line.ts";
import { parsePosition } from "../../src/tape/position.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { sealTape } from "../../src/tape/seal.ts";
import { TapeWriter } from "../../src/tape/writer.ts";
import { nanos } from "../../src/time/nanos.ts";
import { content, header, inFolder, recordsOf, tapeBytes } from "./tape-files.ts";
import { channel, raw, traffic } from "./traffic.ts";

const force = false;
const isWhole = async (path: string): Promise<boolean> => (await checkTape(path)).findings.length === 0;
const long: TapeRecord[] = [
  channel(0),
  ...Array.from({ length: 3000 }, (_, index) => raw(index, 0, "rx", `line ${index} ${"x".repeat(50)}`)),
];

describe("sealing", () => {
  test("an edited tape is whole again, and the edit stays as it was written", () =>
    inFolder(async (file) => {
      const text = tapeBytes(long).toString();
      const edited = text.replace('"text":"line 700 ', '"text" : "pump 700 ').replace('"text":"line 2000 ', '"text":"');
      const path = file("edited.tape.jsonl", edited);
      expect(await isWhole(path)).toBe(false);
      await sealTape(path, { force });
      expect(await isWhole(path)).toBe(true);
      const withoutHashes = (lines: string) => lines.split("\n").filter((line) => !/"type":"(block|end)"/.test(line));
      expect(withoutHashes(readFileSync(path, "utf8"))).toEqual(withoutHashes(edited));
      expect(existsSync(`${path}.new`)).toBe(false);
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }));

  property.prop([traffic(100), fc.integer({ min: 0, max: 70_000 }), fc.boolean()], { numRuns: 40 })(
    "a whole tape stays the same bytes",
    (records, padding, end) =>
      inFolder(async (file) => {
        const last = records.at(-1);
        const at = last === undefined || last.type === "header" ? nanos(0) : last.at;
        const bytes = tapeBytes(
          [...records, { type: "output", at, machine: "m", value: "y".repeat(padding) }, ...records.slice(0, 0)],
          { end },
        );
        const out = file("out.tape.jsonl");
        await sealTape(file("in.tape.jsonl", bytes), { out, force });
        const sealed = readFileSync(out);
        // A tape that was not closed gets a hash line for what was not sealed yet, and stays not closed.
        expect(sealed.subarray(0, bytes.length).equals(bytes)).toBe(true);
        const rest = sealed.subarray(bytes.length).toString();
        if (end) expect(rest).toBe("");
        else expect(rest).toMatch(/^(\{"type":"block".*\n)?$/);
        expect((await checkTape(out)).unsealedBytes).toBe(0);
        expect(await isWhole(out)).toBe(true);
      }),
  );

  test("a segment takes up the hash of the one before it, and says which comes next", () =>
    inFolder(async (file) => {
      const path = file("long.tape.jsonl");
      const writer = await TapeWriter.create(path, {
        header,
        live: false,
        rotate: { bytes: 90_000 },
      });
      for (const record of long) writer.write(record);
      await writer.close({ reason: "stop" });
      const second = file("long.0001.tape.jsonl");
      const third = file("long.0002.tape.jsonl");
      writeFileSync(path, readFileSync(path, "utf8").replace("line 70 ", "pump 70 "));
      expect(await sealTape(path, { force })).toEqual({ out: path, sealNext: second });
      expect((await checkTape(second)).findings).toMatchObject([{ type: "broken-previous" }]);
      expect(await sealTape(second, { force })).toEqual({ out: second, sealNext: third });
      const last = file("long.0003.tape.jsonl");
      expect(await sealTape(third, { force })).toEqual({ out: third, sealNext: last });
      expect(await sealTape(last, { force })).toEqual({ out: last, sealNext: undefined });
      for (const segment of [path, second, third, last]) expect(await isWhole(segment), segment).toBe(true);
    }));

  test("what cannot be sealed is refused, and stays as it is", () =>
    inFolder(async (file) => {
      const bytes = tapeBytes(long.slice(0, 5));
      const golden = `${long.slice(0, 3).map(formatRecord).join("\n")}\n`;
      const cases = [
        [file("torn.tape.jsonl", bytes.subarray(0, -9)), "TAPE_MALFORMED"],
        [file("broken.tape.jsonl", bytes.toString().replace('"channel":0,"dir"', '"dir"')), "TAPE_MALFORMED"],
        [file("packed.tape.jsonl.gz", gzipSync(bytes)), "USAGE"],
        [file("golden.jsonl", golden), "USAGE"],
        [file("old.jsonl", '{"ts": 1.5, "type": "raw", "source": "s", "b64": ""}\n'), "USAGE"],
      ] as const;
      for (const [path, code] of cases) {
        const before = readFileSync(path);
        await expect(sealTape(path, { force }), path).rejects.toMatchObject({ code });
        expect(readFileSync(path)).toEqual(before);
      }
      const whole = file("whole.tape.jsonl", bytes);
      await expect(sealTape(whole, { out: cases[0][0], force })).rejects.toMatchObject({ code: "OUTPUT_EXISTS" });
    }));
});

describe("attaching a file", () => {
  test("puts its bytes beside the tape and a record at the end, before it is closed", () =>
    inFolder(async (file) => {
      const path = file("site.tape.jsonl", tapeBytes(long));
      const photo = file("cabinet.JPG", "not really a picture");
      const record = await attachFile(path, photo, { force });
      expect(record).toMatchObject({ at: 2999, media: "image/jpeg", size: 20, name: "cabinet.JPG" });
      const records = await recordsOf(path);
      expect(content(records)).toEqual([...long, record]);
      expect(records.at(-2)).toEqual(record);
      expect(readFileSync(`${path}.blobs/${record.sha256}`, "utf8")).toBe("not really a picture");
      expect(await isWhole(path)).toBe(true);
    }));

  test("puts the record where it is asked for, on the channel that is named", () =>
    inFolder(async (file) => {
      const path = file("site.tape.jsonl", tapeBytes(long));
      const out = file("out.tape.jsonl");
      const notes = file("notes", "x");
      const options = { at: parsePosition("line:10"), channel: "wire-0", media: "text/plain", name: "n", out, force };
      const record = await attachFile(path, notes, options);
      expect(record).toMatchObject({ at: 7, channel: 0, media: "text/plain", name: "n" });
      expect((await recordsOf(out))[9]).toEqual(record);
      expect(await isWhole(out)).toBe(true);
      expect(readFileSync(path)).toEqual(tapeBytes(long));
      await expect(attachFile(path, notes, { channel: "pump", force })).rejects.toMatchObject({
        code: "INPUT_MISSING",
      });
      await expect(attachFile(path, file("none"), { force })).rejects.toMatchObject({ code: "INPUT_MISSING" });
      expect(existsSync(`${path}.blobs`)).toBe(false);
    }));

  test("carries the blobs that were there before to a new tape", () =>
    inFolder(async (file) => {
      const path = file("site.tape.jsonl", tapeBytes(long));
      const first = await attachFile(path, file("a.bin", "one"), { force });
      const out = file("out.tape.jsonl");
      const second = await attachFile(path, file("b.bin", "two"), { out, force });
      expect(content(await recordsOf(out)).slice(-2)).toEqual([first, second]);
      expect(await isWhole(out)).toBe(true);
    }));
});
