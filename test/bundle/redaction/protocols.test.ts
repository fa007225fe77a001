import { fc, test as propertyTest } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { Pseudonyms } from "../../../src/bundle/redaction/pseudonyms.ts";
import { framed, LENGTH_PREFIXED, sentence } from "./frames.ts";
import { KEY } from "./keys.ts";
import { CHANNEL, raw, reads, redact, redaction, STANDARD_REDACTION, wire } from "./redacting.ts";

const aliases = new Pseudonyms(KEY);

/** A reply to function 3, as it stands on the wire. */
function registers(transaction: number, values: readonly number[]): Buffer {
  const words = values.flatMap((value) => [value >> 8, value & 0xff]);
  return Buffer.from([0, transaction, 0, 0, 0, 3 + words.length, 1, 3, words.length, ...words]);
}

describe("NMEA", () => {
  const GGA = "GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,";

  test("positions have an alias that is a position, and the checksum is right", async () => {
    const { records, report } = await redact([CHANNEL, raw(1, "rx", sentence(GGA))], STANDARD_REDACTION, {
      name: "nmea",
    });
    const latitude = aliases.position("4807.038", "latitude");
    const longitude = aliases.position("01131.000", "longitude");
    expect(wire(records).toString()).toBe(sentence(GGA.replace("4807.038", latitude).replace("01131.000", longitude)));
    expect(report.behaviour).toEqual({ verdict: "same", subject: "nmea", compared: 1, follows: ["nmea: sentence"] });
    expect(report.fields).toEqual([
      { machine: "nmea", path: "fields[1]", values: 1 },
      { machine: "nmea", path: "fields[3]", values: 1 },
    ]);
  });

  test("a sentence cut over several reads keeps its cuts and its times", async () => {
    const whole = sentence(GGA);
    const { records } = await redact(
      [CHANNEL, raw(1, "rx", whole.slice(0, 20)), raw(5, "rx", whole.slice(20, 27)), raw(9, "rx", whole.slice(27))],
      STANDARD_REDACTION,
      { name: "nmea" },
    );
    const cuts = reads(records);
    expect(cuts.map(([at, , text]) => [at, text.length])).toEqual([
      [1, 20],
      [5, 7],
      [9, whole.length - 27],
    ]);
    expect(cuts.map(([, , text]) => text).join("")).toBe(wire(records).toString());
    expect(wire(records).toString()).not.toContain("4807");
  });

  test("a sentence with a wrong checksum tells no position either, and is still wrong", async () => {
    const { records, report } = await redact(
      [CHANNEL, raw(1, "rx", sentence(GGA).replace("545.4", "545.5"))],
      STANDARD_REDACTION,
      { name: "nmea" },
    );
    expect(wire(records).toString()).not.toContain("4807.038");
    expect(report).toMatchObject({ scrambled: 1, fillers: { count: 0 }, behaviour: { verdict: "same" } });
  });

  test("what looks like a secret and goes on into the checksum is replaced up to there, with the checksum repaired", async () => {
    const { records, report } = await redact(
      [CHANNEL, raw(1, "rx", sentence("PSITE,login,password=hunter2secret"))],
      STANDARD_REDACTION,
      { name: "nmea" },
    );
    expect(wire(records).toString()).toBe(sentence(`PSITE,login,password=${aliases.text("hunter2secret")}`));
    expect(report).toMatchObject({
      secrets: [{ name: "password", count: 1 }],
      fillers: { count: 0 },
      behaviour: { verdict: "same" },
    });
  });

  test("a secret in a comment between sentences is taken out with the rest of it, and still is no sentence", async () => {
    const { records, report } = await redact(
      [CHANNEL, raw(1, "rx", `${sentence(GGA)}# password=hunter2secret\r\n${sentence(GGA)}`)],
      STANDARD_REDACTION,
      { name: "nmea" },
    );
    expect(wire(records).toString()).not.toContain("hunter2secret");
    expect(records.filter(({ type }) => type === "gap")).toEqual([]);
    expect(report.secrets).toEqual([{ name: "password", count: 1 }]);
    expect(report.behaviour.verdict).toBe("same");
  });
});

describe("Modbus TCP", () => {
  test("registers have the same alias in every frame, and lengths are right", async () => {
    const { records, report } = await redact(
      [
        CHANNEL,
        raw(1, "tx", Buffer.from([0, 1, 0, 0, 0, 6, 1, 3, 0, 9, 0, 2])),
        raw(2, "rx", registers(1, [4660, 22])),
        raw(3, "tx", Buffer.from([0, 2, 0, 0, 0, 6, 1, 6, 0, 9, 0x12, 0x34])),
        raw(4, "rx", Buffer.from([0, 2, 0, 0, 0, 6, 1, 6, 0, 9, 0x12, 0x34])),
      ],
      STANDARD_REDACTION,
      { name: "modbus-session" },
    );
    const alias = aliases.number(4660);
    expect(wire(records)).toEqual(
      Buffer.concat([
        registers(1, [alias, aliases.number(22)]),
        Buffer.from([0, 2, 0, 0, 0, 6, 1, 6, 0, 9, alias >> 8, alias & 0xff]),
      ]),
    );
    expect(wire(records, "tx").subarray(0, 12).toString("hex")).toBe("000100000006010300090002");
    expect(report.behaviour).toMatchObject({ verdict: "same", subject: "modbus-session", follows: [] });
  });

  test("coils are masked, since there is no other alias of a coil", async () => {
    const coils = Buffer.from([0, 1, 0, 0, 0, 4, 1, 1, 1, 0b1011]);
    const { records } = await redact([CHANNEL, raw(1, "rx", coils)], STANDARD_REDACTION, { name: "modbus-tcp" });
    expect(wire(records).toString("hex")).toBe("00010000000401010100");
  });

  test("a password that was written to registers is found in them", async () => {
    const words = Buffer.from("hunter2secret!!!");
    const frame = Buffer.from([0, 1, 0, 0, 0, 7 + 16, 1, 16, 0, 9, 0, 8, 16, ...words]);
    const { records, report } = await redact(
      [CHANNEL, raw(1, "tx", frame.subarray(0, 18)), raw(2, "tx", frame.subarray(18))],
      redaction({ fields: { "modbus-tcp": [] } }, ["hunter2secret!!!"]),
      { name: "modbus-tcp" },
    );
    expect(wire(records, "tx").subarray(13).toString()).toBe(aliases.text("hunter2secret!!!"));
    expect(wire(records, "tx").subarray(0, 13)).toEqual(frame.subarray(0, 13));
    expect(report.behaviour.verdict).toBe("same");
  });
});

describe("a length-prefixed protocol", () => {
  propertyTest.prop(
    [fc.array(fc.uint8Array({ minLength: 4, maxLength: 60 }), { minLength: 1, maxLength: 8 }), fc.nat(40)],
    {
      numRuns: 25,
    },
  )("payloads have aliases of their length with a right checksum, however reads are cut", async (payloads, cut) => {
    const bytes = Buffer.concat(payloads.map(framed));
    const at = Math.min(bytes.length, cut);
    const { records, report } = await redact(
      [CHANNEL, raw(1, "rx", bytes.subarray(0, at)), raw(2, "rx", bytes.subarray(at))],
      STANDARD_REDACTION,
      LENGTH_PREFIXED,
    );
    expect(wire(records)).toEqual(Buffer.concat(payloads.map((payload) => framed(aliases.bytes(payload)))));
    expect(report.behaviour.verdict).toBe("same");
    expect(report.fillers.count).toBe(0);
  });

  test("some bytes of a payload can be named alone", async () => {
    const how = redaction({
      fields: { "length-prefixed": [{ path: "payload", bytes: [1, -1], action: "mask" }] },
    });
    const { records } = await redact([CHANNEL, raw(1, "rx", framed(Buffer.from([1, 2, 3, 4])))], how, LENGTH_PREFIXED);
    expect(wire(records)).toEqual(framed(Buffer.from([1, 0, 0, 4])));
  });

  test("a rule that makes frames shorter moves what comes behind, and nothing else", async () => {
    const how = redaction({ fields: { "length-prefixed": [{ path: "payload", action: "drop" }] } });
    const bytes = Buffer.concat([framed(Buffer.from("one")), framed(Buffer.from("two"))]);
    const { records, report } = await redact([CHANNEL, raw(1, "rx", bytes)], how, LENGTH_PREFIXED);
    expect(wire(records)).toEqual(Buffer.concat([framed(Buffer.alloc(0)), framed(Buffer.alloc(0))]));
    expect(report.behaviour).toMatchObject({ verdict: "same", compared: 2 });
  });
});

test("Modbus: what does not parse fails as it did, and its rest has an alias", async () => {
  const request = Buffer.from("0001000000060a2b0e030100", "hex");
  const exception = Buffer.from("0001000000060aab0102aabb", "hex");
  const { records, report } = await redact(
    [CHANNEL, raw(1, "tx", request), raw(2, "rx", exception)],
    STANDARD_REDACTION,
    {
      name: "modbus-session",
    },
  );
  expect(report.behaviour.verdict).toBe("same");
  expect(wire(records, "tx").subarray(0, 9)).toEqual(request.subarray(0, 9));
  expect(wire(records, "tx")).not.toEqual(request);
  expect(wire(records, "rx").subarray(0, 9)).toEqual(exception.subarray(0, 9));
  expect(wire(records, "rx")).not.toEqual(exception);
});
