import { fc, test as propertyTest } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { Redaction } from "../../../src/bundle/redaction/profile.ts";
import { Pseudonyms } from "../../../src/bundle/redaction/pseudonyms.ts";
import { RecordRedactor } from "../../../src/bundle/redaction/record-redactor.ts";
import { redactionSubject } from "../../../src/cli/secrets/redaction-subject.ts";
import type { TapeRecord } from "../../../src/tape/record.ts";
import { nanos } from "../../../src/time/nanos.ts";
import { KEY } from "./keys.ts";
import { CHANNEL, raw, reads, redaction, STANDARD_REDACTION, wire } from "./redacting.ts";

const aliases = new Pseudonyms(KEY);
const ms = (count: number) => nanos(count * 1_000_000);
const END = { type: "end", at: ms(9000), records: 0, reason: "stop" } as const;

async function live(how: Redaction, subject?: string): Promise<RecordRedactor> {
  const seats =
    subject === undefined
      ? { framing: undefined, machines: [] }
      : await redactionSubject(
          { name: subject, options: undefined, framer: undefined },
          { config: {}, file: undefined },
        );
  return RecordRedactor.open(
    {
      redaction: how,
      framing: seats.framing,
      machines: seats.machines,
      lookahead: subject === undefined ? 512 : 0,
      heldMax: 4096,
    },
    new AbortController().signal,
  );
}

const SENTENCE = "$GPGLL,4916.45,N,12311.12,W,225444,A*31\r\n";

describe("while recording", () => {
  test("a frame goes on as soon as it is whole, and what comes behind it waits for it", async () => {
    const redactor = await live(STANDARD_REDACTION, "nmea");
    expect(await redactor.take([CHANNEL, raw(1, "rx", SENTENCE.slice(0, 10))])).toHaveLength(1);
    expect(redactor.heldFrom).toBe(ms(1));
    const mark: TapeRecord = { type: "mark", at: ms(2), label: "x" };
    expect(await redactor.take([mark])).toEqual([]);
    const given = await redactor.take([raw(3, "rx", SENTENCE.slice(10))]);
    expect(given.map(({ type }) => type)).toEqual(["raw", "mark", "raw"]);
    expect(redactor.heldFrom).toBeUndefined();
  });

  test("half a sentence that nothing completes is given up after a second, and a gap stands before it", async () => {
    const redactor = await live(STANDARD_REDACTION, "nmea");
    await redactor.take([CHANNEL, raw(1, "rx", SENTENCE.slice(0, 16))]);
    expect(await redactor.elapse(ms(900), ms(0))).toEqual([]);
    const given = await redactor.elapse(ms(1001), ms(1));
    expect(given).toMatchObject([{ type: "gap", cause: "redacted", bytes: 16 }, { type: "raw" }]);
    expect(wire(given).toString()).toMatch(/^\$X{5},0000\.00,X$/);
    // What completes it later tells nothing either.
    const rest = await redactor.take([raw(2000, "rx", `${SENTENCE.slice(16)}${SENTENCE}`)]);
    expect(wire(rest).toString()).not.toMatch(/12311|4916/);
    expect(wire(rest).length).toBe(SENTENCE.length - 16 + SENTENCE.length);
  });

  test("a line end that nothing follows is no loss", async () => {
    const redactor = await live(STANDARD_REDACTION, "nmea");
    await redactor.take([CHANNEL, raw(1, "rx", `${SENTENCE}\r\n`)]);
    const given = await redactor.elapse(ms(2000), ms(1000));
    expect(given.map(({ type }) => type)).toEqual(["raw"]);
  });

  test("more than may be held is given up, so that memory is bounded", async () => {
    const bytes = await live(STANDARD_REDACTION);
    const given: TapeRecord[] = [...(await bytes.take([CHANNEL]))];
    for (let read = 0; read < 100; read += 1) given.push(...(await bytes.take([raw(read, "rx", "a".repeat(100))])));
    expect(wire(given).length).toBeGreaterThan(5000);
    given.push(...(await bytes.end(END)));
    expect(wire(given).toString()).toBe("a".repeat(10_000));
  });

  test("a secret that is cut by two reads is seen as a whole", async () => {
    const redactor = await live(STANDARD_REDACTION);
    const given = [
      ...(await redactor.take([CHANNEL, raw(1, "rx", "ok\nlogin password=hun")])),
      ...(await redactor.take([raw(2, "rx", "ter2secret\nprompt> ")])),
      ...(await redactor.end(END)),
    ];
    expect(wire(given).toString()).toBe(`ok\nlogin password=${aliases.text("hunter2secret")}\nprompt> `);
    expect(reads(given).map(([at]) => at)).toEqual([1, 1, 2]);
    expect(given.filter(({ type }) => type === "gap")).toMatchObject([{ bytes: 13 }]);
  });

  test("the rest of a secret whose front went on long ago is still found", async () => {
    const redactor = await live(STANDARD_REDACTION);
    const given = [
      ...(await redactor.take([CHANNEL, raw(1, "rx", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN")])),
      ...(await redactor.elapse(ms(2000), ms(1000))),
      ...(await redactor.take([raw(3000, "rx", "BgkqhkiG9w0BAQEFAASC\n")])),
      ...(await redactor.take([raw(3001, "rx", "KcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----\n")])),
      ...(await redactor.end(END)),
    ];
    const text = wire(given).toString();
    expect(text).not.toMatch(/MIIEvQIBADAN|BgkqhkiG|KcwggSjAg/);
    expect(text).toMatch(/^-----BEGIN PRIVATE KEY-----\n[\s\S]*-----END PRIVATE KEY-----\n$/);
  });
});

describe("a value that must not leave", () => {
  const planted = "Zx9Secret77Qy";
  const forms: Readonly<Record<string, string>> = {
    "as it is": planted,
    "in hex": Buffer.from(planted).toString("hex"),
    "in upper-case hex": Buffer.from(planted).toString("hex").toUpperCase(),
    "in base64": Buffer.from(planted).toString("base64"),
    "in base64 behind one byte": Buffer.from(`.${planted}.`).toString("base64"),
    "in base64 behind two bytes": Buffer.from(`..${planted}`).toString("base64"),
  };

  /** Every way in which it could still be read, wherever it stood in a group of three. */
  function leaks(bytes: Buffer): boolean {
    const text = bytes.toString("latin1");
    const decoded = (text.match(/[A-Za-z0-9+/]{8,}/g) ?? []).flatMap((run) =>
      [0, 1, 2, 3].map((skip) => Buffer.from(run.slice(skip), "base64").toString("latin1")),
    );
    const hex = (text.match(/[0-9a-fA-F]{8,}/g) ?? []).flatMap((run) =>
      [0, 1].map((skip) => Buffer.from(run.slice(skip), "hex").toString("latin1")),
    );
    return [text, ...decoded, ...hex].some((one) => one.includes(planted));
  }

  propertyTest.prop(
    [
      fc.constantFrom(...Object.keys(forms)),
      fc.string({ unit: fc.constantFrom(..." abc.,;\n019") }),
      fc.string({ unit: fc.constantFrom(..." abc.,;\n019") }),
      fc.array(fc.nat(60), { maxLength: 4 }),
      fc.constantFrom(undefined, "lines"),
    ],
    { numRuns: 150 },
  )("is gone in every form, wherever reads are cut", async (form, before, behind, cuts, subject) => {
    const text = Buffer.from(`${before} ${forms[form]} ${behind}\n`);
    const places = [...new Set([0, ...cuts.filter((cut) => cut < text.length), text.length])].toSorted((a, b) => a - b);
    const redactor = await live(redaction({}, [planted]), subject);
    const given: TapeRecord[] = [...(await redactor.take([CHANNEL]))];
    for (const [index, from] of places.slice(0, -1).entries())
      given.push(...(await redactor.take([raw(index + 1, "rx", text.subarray(from, places[index + 1]))])));
    given.push(...(await redactor.end(END)));
    const now = wire(given);
    expect(leaks(now)).toBe(false);
    expect(now.length).toBe(text.length);
    expect(now.toString().startsWith(`${before} `)).toBe(true);
  });

  test("is found in the JSON of an application's events and in marks, too", async () => {
    const redactor = await live(
      redaction({ metadata: { marks: "keep", events: "keep" } }, [planted, 'with "quotes" in it']),
    );
    const given = await redactor.take([
      { type: "mark", at: ms(1), label: `logged in with ${planted}` },
      {
        type: "input",
        at: ms(2),
        machine: "app",
        value: { message: `{"p":"with \\"quotes\\" in it"}`, password: "x1y2z3", n: 7 },
      },
    ]);
    const text = JSON.stringify(given);
    expect(text).not.toMatch(/Zx9Secret|quotes|x1y2z3/);
    expect(given[1]).toMatchObject({ value: { n: 7, password: aliases.text("x1y2z3") } });
  });
});
