import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fc, test as propertyTest } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { redactTape } from "../../../src/bundle/redaction/redact-tape.ts";
import { redactionSubject } from "../../../src/cli/secrets/redaction-subject.ts";
import type { Subject } from "../../../src/replayer/subject.ts";
import { formatRecord } from "../../../src/tape/line.ts";
import type { TapeRecord } from "../../../src/tape/record.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { framed, LENGTH_PREFIXED, sentence } from "./frames.ts";
import { CHANNEL, raw, redact, STANDARD_REDACTION, wire } from "./redacting.ts";

/** How a wire spoils a frame. */
const spoilt = fc.record({
  how: fc.constantFrom("whole", "whole", "whole", "changed", "front", "back", "noise"),
  place: fc.nat(1000),
  noise: fc.uint8Array({ minLength: 1, maxLength: 6 }),
});
type Spoilt = { readonly how: string; readonly place: number; readonly noise: Uint8Array };

function spoil(frame: Buffer, { how, place, noise }: Spoilt): Buffer {
  const at = place % frame.length;
  if (how === "changed") return Buffer.concat([frame.subarray(0, at), noise.subarray(0, 1), frame.subarray(at + 1)]);
  if (how === "front") return frame.subarray(0, at);
  if (how === "back") return frame.subarray(at);
  return how === "noise" ? Buffer.concat([frame, noise]) : frame;
}

function reads(bytes: Buffer, size: number): TapeRecord[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) =>
    raw(1 + index * 40, "rx", bytes.subarray(index * size, (index + 1) * size)),
  );
}

const GGA = "GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,";
const KINDS = {
  nmea: { subject: { name: "nmea" }, frame: () => Buffer.from(sentence(GGA)) },
  "length-prefixed": { subject: LENGTH_PREFIXED, frame: (noise: Uint8Array) => framed(Buffer.from([7, ...noise])) },
};

describe.each(Object.entries(KINDS))("%s", (_, { subject, frame }) => {
  // The same cases at every run: that a copy behaves the same is likely, not certain, which is why it is shown each time.
  propertyTest.prop([fc.array(spoilt, { minLength: 10, maxLength: 25 }), fc.integer({ min: 1, max: 40 })], {
    numRuns: 25,
    seed: 20,
  })("whatever a wire spoils, a redacted copy fails in the same places at the same times", async (frames, size) => {
    const bytes = Buffer.concat(frames.map((how) => spoil(frame(how.noise), how)));
    const { report } = await redact([CHANNEL, ...reads(bytes, size)], STANDARD_REDACTION, subject);
    expect(report).toMatchObject({ behaviour: { verdict: "same" }, fillers: { count: 0 } });
  });
});

test("a wrong checksum that is itself the beginning of a frame stays: any other byte would be another fault", async () => {
  const bytes = Buffer.from("aa5500aa550101", "hex");
  const { records, report } = await redact([CHANNEL, raw(1, "rx", bytes)], STANDARD_REDACTION, LENGTH_PREFIXED);
  expect(wire(records).subarray(0, 5)).toEqual(bytes.subarray(0, 5));
  expect(report).toMatchObject({ kept: 1, scrambled: 1, fillers: { count: 0 }, behaviour: { verdict: "same" } });
});

test("a frame that waits for what comes behind it still waits as long", async () => {
  const whole = framed(Buffer.from("a payload"));
  // A length that reaches into the next frames: when the framer gives up depends on it.
  const cut = Buffer.from("aa5520a1b2c3", "hex");
  const bytes = Buffer.concat([cut, whole, whole, whole]);
  const { records, report } = await redact([CHANNEL, ...reads(bytes, 5)], STANDARD_REDACTION, LENGTH_PREFIXED);
  expect(report.behaviour.verdict).toBe("same");
  expect(wire(records).subarray(3, 6)).not.toEqual(cut.subarray(3));
});

/** Says of each read that begins like a sentence whether its third byte is odd: more than any framer knows. */
const particular: Subject = {
  name: "particular",
  role: "observer",
  open: async () => ({
    advance: async (records) => ({
      deadline: undefined,
      outputs: records.flatMap((record): TapeRecord[] => {
        if (record.type !== "raw") return [];
        const { at, channel, bytes } = record;
        return [{ type: "output", at, machine: "particular", channel, value: { isOdd: (bytes[2] ?? 0) % 2 === 1 } }];
      }),
    }),
    [Symbol.asyncDispose]: async () => {},
  }),
};

test("a copy that behaves differently gets other bytes where frames failed, by the same key the same ones", async () => {
  const folder = temporaryFolder();
  const tape = join(folder, "a.tape.jsonl");
  const spoiltOne = raw(1, "rx", "NOISE of nobody\r\n");
  writeFileSync(tape, [CHANNEL, spoiltOne].map((record) => `${formatRecord(record)}\n`).join(""));
  const { framing, machines } = await redactionSubject(
    { name: "nmea", options: undefined, framer: undefined },
    { config: {}, file: undefined },
  );
  const redacted = async (name: string) => {
    const request = { tape, out: join(folder, name), force: false, redaction: STANDARD_REDACTION, machines };
    const seats = { framing: framing!, subject: { subject: particular, config: null } };
    return redactTape({ ...request, ...seats }, new AbortController().signal);
  };
  const report = await redacted("b.tape.jsonl");
  expect(report).toMatchObject({ behaviour: { verdict: "same" } });
  expect(report.tries).toBeGreaterThan(1);
  expect(await redacted("c.tape.jsonl")).toEqual(report);
});
