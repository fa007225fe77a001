import { fc, test } from "@fast-check/vitest";
import { describe, expect, test as plain } from "vitest";
import { LINES_OPTIONS, lines } from "../../../src/protocol/lines.ts";
import { MODBUS_TCP_OPTIONS, modbusTcp } from "../../../src/protocol/modbus/modbus-tcp.ts";
import { NMEA_OPTIONS, nmea } from "../../../src/protocol/nmea/nmea.ts";
import { againstSymptoms, relationSymptoms, sayingSymptoms } from "../../../src/scenarios/shrinking/symptoms.ts";
import type { Symptoms } from "../../../src/scenarios/shrinking/trials.ts";
import { bytesAt, withBytesAt } from "../../../src/scenarios/shrinking/wire-bytes.ts";
import { Remembered, readsOf, seated, shownBy, shrunk, tapeOf } from "./shrinking.ts";

const text = (line: string) => new TextEncoder().encode(line);
const hex = (digits: string) => Uint8Array.from(Buffer.from(digits.replaceAll(" ", ""), "hex"));

const modbus = seated(modbusTcp, { ...MODBUS_TCP_OPTIONS });
/** Replies with readings, and one exception among them. */
const poll = (count: number, exceptionAt: number) =>
  tapeOf(
    Array.from({ length: count }, (_, index) => ({
      bytes:
        index === exceptionAt
          ? hex("0c09 0000 0003 0b 84 02")
          : Uint8Array.of(index >> 8, index & 255, 0, 0, 0, 7, 11, 4, 4, index & 255, 1, 2, 3),
    })),
  );

describe("a tape that is made smaller", () => {
  plain("is the one frame that shows it, and says as little as such a frame can", async () => {
    const { candidate, over, runs } = await shrunk(poll(500, 321), modbus, sayingSymptoms(modbus, "exception = 2"));
    expect(readsOf(candidate)).toEqual(["000000000003008002"]);
    expect(candidate.records.map(({ record }) => record.type)).toEqual(["channel", "raw"]);
    expect(over).toBeUndefined();
    expect(runs).toBeLessThan(100);
  });

  plain("goes on showing the same, not just anything", async () => {
    const nmeaSubject = seated(nmea, { ...NMEA_OPTIONS });
    const tape = tapeOf([
      { bytes: text("$GPABC,1*00\r\n") },
      { bytes: text("rubbish\r\n") },
      { bytes: text("$GPABC,2\r\n") },
    ]);
    const { candidate } = await shrunk(tape, nmeaSubject, sayingSymptoms(nmeaSubject, 'fault = "no-checksum"'));
    expect(readsOf(candidate).map((read) => Buffer.from(read, "hex").toString())).toEqual(["$\n"]);
  });

  plain("keeps only the channel that shows it", async () => {
    const subject = seated(lines, { ...LINES_OPTIONS });
    const tape = tapeOf(
      Array.from({ length: 30 }, (_, index) => ({ bytes: text(`line ${index}\n`), channel: index % 3 })),
    );
    const { candidate } = await shrunk(tape, subject, sayingSymptoms(subject, 'text ~ "line 7"'));
    expect(candidate.records.map(({ record }) => "channel" in record && record.channel)).toEqual([1, 1]);
    expect(readsOf(candidate)).toEqual([Buffer.from("line 7\n").toString("hex")]);
  });

  plain("puts the reads of one frame into one", async () => {
    const tape = tapeOf([..."hello\nyou\n"].map((letter) => ({ bytes: text(letter) })));
    const subject = seated(lines, { ...LINES_OPTIONS });
    const { candidate } = await shrunk(tape, subject, sayingSymptoms(subject, 'text = "you"'));
    expect(readsOf(candidate)).toEqual([Buffer.from("you\n").toString("hex")]);
  });

  plain("shows where two builds of a subject part", async () => {
    const base = seated(lines, { ...LINES_OPTIONS });
    const head = seated(lines, { ...LINES_OPTIONS, stripCr: false });
    const tape = tapeOf(["one\n", "two\n", "three\r\n", "four\n"].map((line) => ({ bytes: text(line) })));
    const { candidate, signature } = await shrunk(tape, head, againstSymptoms(head, base));
    expect(signature).toBe('lines frame value.text changed: "" → "·"');
    expect(readsOf(candidate)).toEqual([Buffer.from("\r\n").toString("hex")]);
  });
});

describe("a search that is broken off", () => {
  plain("keeps the best so far, says so, and goes on where it was", async () => {
    const verdicts = new Remembered();
    const symptoms = sayingSymptoms(modbus, "exception = 2");
    const whole = await shrunk(poll(200, 77), modbus, symptoms);
    const spent = (most: number) => (runs: number) => runs >= most;
    const broken = await shrunk(poll(200, 77), modbus, symptoms, { verdicts, spent: spent(9) });
    expect(broken.over).toBe("budget");
    expect(broken.runs).toBe(9);
    expect(broken.candidate.records.length).toBeLessThan(200);
    const rest = await shrunk(poll(200, 77), modbus, symptoms, { verdicts });
    expect(rest.over).toBeUndefined();
    expect(rest.candidate).toEqual(whole.candidate);
    expect(rest.runs).toBe(whole.runs - 9);
  });

  plain("by Ctrl-C keeps the best so far", async () => {
    const abort = new AbortController();
    const symptoms = sayingSymptoms(modbus, "exception = 2");
    const { candidate, over } = await shrunk(poll(200, 77), modbus, symptoms, {
      signal: abort.signal,
      onSmaller: (_, runs) => runs > 5 && abort.abort(),
    });
    expect(over).toBe("interrupted");
    expect(await shownBy(symptoms, candidate)).toHaveLength(1);
    expect(candidate.records.length).toBeLessThan(201);
  });
});

test.prop([fc.integer({ min: 2, max: 60 }), fc.nat(59), fc.nat(59)])(
  "of two frames that show it together none can be left out",
  async (count, one, other) => {
    const subject = seated(lines, { ...LINES_OPTIONS });
    const [first, second] = [one % count, other % count];
    const tape = tapeOf(Array.from({ length: count }, (_, index) => ({ bytes: text(`${index}\n`) })));
    const says = [first, second].map((index) => sayingSymptoms(subject, `text = "${index}"`));
    const both: Symptoms = async function* (candidate) {
      const shown = await Promise.all(says.map((one) => shownBy(one, candidate)));
      if (shown.every((one) => one.length > 0)) yield "both";
    };
    const { candidate } = await shrunk(tape, subject, both);
    const left = [...new Set([first, second])].sort((a, b) => a - b).map((index) => `${index}\n`);
    expect(Buffer.concat(readsOf(candidate).map((read) => Buffer.from(read, "hex"))).toString()).toBe(left.join(""));
    expect(candidate.records).toHaveLength(2);
  },
);

test.prop([
  fc.array(fc.uint8Array({ minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 9 }),
  fc.nat(80),
  fc.nat(20),
  fc.uint8Array({ maxLength: 30 }),
])("bytes of a place are replaced wherever reads were cut, and nothing else", (reads, offset, length, bytes) => {
  const all = Buffer.concat(reads);
  const start = offset % all.length;
  const span = [start, Math.min(length, all.length - start)] as const;
  fc.pre(span[1] > 0);
  const { records } = tapeOf([...reads.map((one) => ({ bytes: one })), { bytes: hex("ff"), channel: 1 }]);
  const place = { channel: 0, dir: "rx", span } as const;
  expect(Buffer.from(bytesAt(records, place) ?? [])).toEqual(all.subarray(start, start + span[1]));
  const after = readsOf({ records: withBytesAt(records, place, bytes), faults: [] });
  const expected = Buffer.concat([all.subarray(0, start), bytes, all.subarray(start + span[1])]);
  expect(after.join("")).toBe(`${expected.toString("hex")}ff`);
});

plain("a subject that keeps re-chunking shows nothing", async () => {
  expect(await shownBy(relationSymptoms(modbus, "re-chunk"), poll(20, 3))).toEqual([]);
});
