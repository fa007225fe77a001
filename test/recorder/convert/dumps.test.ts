import { describe, expect, test } from "vitest";
import { importing, payload, story } from "./importing.ts";
import { bytes, text } from "./packets.ts";

const kinds = (imported: Awaited<ReturnType<typeof importing>>): string[] =>
  imported.report.oddities.map(({ kind, count }) => `${kind} ${count}`);

describe("a hex log", () => {
  test("with dates keeps their offset, their digits and both directions", async () => {
    const log = [
      "# recorded at the site",
      "2026-05-25T17:57:13.687080+00:00 rx 48 65 6C",
      "",
      "2026-05-25T19:57:13.687080001+02:00 TX 6c6f",
      "2026-05-25T17:57:14Z rx",
      "2026-05-25 17:57:15,5 +0000 rx 21",
    ].join("\r\n");
    const { started, records, report } = await importing(text(`${log}\r\n`), { name: "inverter.log" });
    expect(report).toMatchObject({ format: "hex-log", found: 4, reads: 3, oddities: [] });
    expect(started).toBe(1_779_731_833_687_080_000n);
    expect(records[0]).toMatchObject({ name: "inverter.log", kind: "stream", source: "file:inverter.log" });
    expect(story(records, true).slice(1)).toEqual(["@0 0 rx Hel", "@1 0 tx lo", "@1812920000 0 rx !"]);
  });

  test("may count seconds since 1970", async () => {
    const { started, records } = await importing(text("1730000000.123456789 tx 41\n1730000001 rx 42\n"));
    expect(started).toBe(1_730_000_000_123_456_789n);
    expect(story(records, true).slice(1)).toEqual(["@0 0 tx A", "@876543211 0 rx B"]);
  });

  test("may count seconds since it began", async () => {
    const { started, records } = await importing(text("0.5 tx 41\n12.000000001 rx 42\n"));
    expect(started).toBeUndefined();
    expect(story(records, true).slice(1)).toEqual(["@500000000 0 tx A", "@12000000001 0 rx B"]);
  });

  test("whose dates have no zone is taken as UTC, or as the user says", async () => {
    const log = text("2026-05-25T12:00:00 tx 41\n");
    const plain = await importing(log);
    expect([plain.started, kinds(plain)]).toEqual([1_779_710_400_000_000_000n, ["zoneless 1"]]);
    const zoned = await importing(log, { zone: "+02:00" });
    expect([zoned.started, kinds(zoned)]).toEqual([1_779_703_200_000_000_000n, []]);
  });

  test("with a broken line keeps what came before, and names the line", async () => {
    const broken = [
      "no log line",
      "2026-05-25T12:00:01Z tx 4",
      "2026-05-25T12:00:01Z tx 4g",
      "2026-02-30T12:00:00Z rx 41",
      "7.5 rx 41",
    ];
    for (const line of broken) {
      const { records, failure } = await importing(text(`2026-05-25T12:00:00Z tx 41\n\n${line}\n`));
      expect(story(records).slice(1)).toEqual(["0 tx A"]);
      expect(failure).toMatchObject({ code: "INPUT_MALFORMED", file: "field", line: 3 });
    }
  });

  test("that ends within a line keeps what came before, and says so", async () => {
    const torn = await importing(text("1.0 tx 4142\n2.0 rx 434"));
    expect([story(torn.records).slice(1), kinds(torn)]).toEqual([["0 tx AB"], ["torn 1"]]);
    const whole = await importing(text("1.0 tx 4142\n2.0 rx 4344"));
    expect([story(whole.records).slice(1), kinds(whole)]).toEqual([["0 tx AB", "0 rx CD"], []]);
  });

  test("with an endless line is refused", async () => {
    const endless = text(`1.0 tx ${"41".repeat(3 << 20)}\n`);
    await expect(importing(endless, { format: "hex-log" })).rejects.toMatchObject({ code: "INPUT_MALFORMED", line: 1 });
  });
});

describe("a socat dump", () => {
  const plain = [
    "> 2026/11/20 23:11:12.000579160  length=8 from=0 to=7",
    " 11 05 01 30 ff 00 8f 59",
    "< 2026/11/20 23:11:12.000579302  length=2 from=0 to=1",
    " 11 05",
    "",
  ].join("\n");

  test("writes microseconds with nine digits", async () => {
    const { started, records, report } = await importing(text(plain));
    expect(report).toMatchObject({ format: "socat", found: 2, reads: 2 });
    expect(started).toBe(1_795_216_272_579_160_000n);
    expect(records[1]).toMatchObject({ at: 0, dir: "tx", bytes: bytes(0x11, 5, 1, 0x30, 0xff, 0, 0x8f, 0x59) });
    expect(records[2]).toMatchObject({ at: 142_000, dir: "rx", bytes: bytes(0x11, 5) });
  });

  test("with fractions that are larger than that is in nanoseconds, and with six digits in microseconds", async () => {
    const nanos = plain.replaceAll(".000579", ".579160");
    expect((await importing(text(nanos))).records[2]).toMatchObject({ at: 142 });
    const six = plain.replaceAll(".000579", ".579");
    expect((await importing(text(six))).records[2]).toMatchObject({ at: 142_000 });
  });

  test("is local time: the user says of which zone", async () => {
    expect((await importing(text(plain), { zone: "-01:00" })).started).toBe(1_795_219_872_579_160_000n);
    expect(kinds(await importing(text(plain)))).toEqual(["zoneless 2"]);
  });

  test("with the text beside the bytes is read by its bytes", async () => {
    const dump = [
      "> 2026/11/21 02:48:06.000544514  length=39 from=0 to=38",
      " 61 62 63 64 65 66 67 68 69 6a 6b 6c 6d 6e 6f 70  abcdefghijklmnop",
      " 71 72 73 74 75 76 77 78 79 7a 0a                 qrstuvwxyz.",
      " 61 62 20 63 64 20 65 66 20 31 32 0a              ab cd ef 12.",
      "--",
      "",
    ].join("\n");
    const imported = await importing(text(dump), { zone: "Z" });
    expect(story(imported.records).slice(1)).toEqual(["0 tx abcdefghijklmnopqrstuvwxyz\nab cd ef 12\n"]);
    expect(kinds(imported)).toEqual([]);
  });

  test("among other programs' words keeps its bytes", async () => {
    const dump = [
      "rx: ready to receive",
      "Sectors sent: 0/ 0k> 2026/11/20 23:09:52.000395280  length=3 from=0 to=2",
      " 41 42 43",
      "Blocks received: 1< 2026/11/20 23:09:52.000395401  length=1 from=0 to=0",
      "Blocks received: 2 06",
      "Bytes Sent: 160256   BPS:136159",
      "",
    ].join("\n");
    const imported = await importing(text(dump), { zone: "Z" });
    expect(story(imported.records).slice(1)).toEqual(["0 tx ABC", "0 rx \x06"]);
    expect(kinds(imported)).toEqual(["noise 2"]);
  });

  test("that lacks bytes has gaps for them", async () => {
    const dump = [
      "< 2026/11/20 23:09:52.000000001  length=3 from=0 to=2",
      " 41 42",
      "< 2026/11/20 23:09:52.000000002  length=1 from=10 to=10",
      " 43",
      "< 2026/11/20 23:09:52.000000003  length=5 from=11 to=15",
      " 44",
    ].join("\n");
    const imported = await importing(text(dump), { zone: "Z" });
    expect(story(imported.records).slice(1)).toEqual([
      "0 rx AB",
      "0 gap rx truncated 1",
      "0 gap rx truncated 7",
      "0 rx C",
      "0 rx D",
      "0 gap rx truncated 4",
    ]);
    expect(kinds(imported)).toEqual(["torn 1", "missing 3"]);
  });
});

describe("raw bytes", () => {
  test("on a line of some speed arrive as fast as that", async () => {
    const { records, started } = await importing(text("abcdefgh"), {
      format: "raw",
      baud: 9600,
      chunk: 3,
      size: 5,
      dir: "tx",
    });
    expect(started).toBeUndefined();
    expect(story(records, true).slice(1)).toEqual(["@3125000 0 tx abc", "@6250000 0 tx def", "@8333333 0 tx gh"]);
  });

  test("without a speed all arrive at once", async () => {
    const { records } = await importing(text("abcdefgh"), { format: "raw", chunk: 4 });
    expect(story(records, true).slice(1)).toEqual(["@0 0 rx abcd", "@0 0 rx efgh"]);
  });

  test("of several files follow one another on one channel", async () => {
    const { records } = await importing([text("abc"), text("de")], { format: "raw", baud: 10, chunk: 2 });
    expect(story(records, true).slice(1)).toEqual(["@2000000000 0 rx ab", "@3000000000 0 rx c", "@5000000000 0 rx de"]);
  });
});

describe("plain hex", () => {
  test("is one read a file", async () => {
    const { records, report } = await importing([text("68 03 03 68\n08 00 72\r\n"), text("E5\n")]);
    expect(report).toMatchObject({ format: "hex", found: 2 });
    expect([...payload(records, 0, "rx")]).toEqual([0x68, 3, 3, 0x68, 8, 0, 0x72, 0xe5]);
  });

  test("with something else in it is refused, with the offset", async () => {
    await expect(importing(text("68 03 zz"), { format: "hex" })).rejects.toMatchObject({
      code: "INPUT_MALFORMED",
      message: expect.stringContaining("offset 6"),
    });
    await expect(importing(text("68 0"), { format: "hex" })).rejects.toMatchObject({ code: "INPUT_MALFORMED" });
  });
});

describe("a tape of schema 1", () => {
  const line = (ts: string, b64: string): string =>
    `{"ts": ${ts}, "type": "raw", "source": "tcp:plc:502", "b64": "${b64}"}\n`;

  test("is read with exact times", async () => {
    const { started, records, report } = await importing(
      text(line("1730000000.123", "QQ==") + line("1730000000.1230001", "Qg==")),
    );
    expect(report).toMatchObject({ format: "jsonl-v1", found: 2, reads: 2, channels: 1 });
    expect(started).toBe(1_730_000_000_123_000_000n);
    expect(story(records, true)).toEqual(["@0 0 stream tcp:plc:502", "@0 0 rx A", "@100 0 rx B"]);
  });

  test("with a broken line keeps what came before, and names the line", async () => {
    const { records, failure } = await importing(
      text(`${line("1730000000.5", "QQ==")}{"ts": 1730000001, "type": "raw", "b64": "?"}\n`),
    );
    expect(story(records).slice(1)).toEqual(["0 rx A"]);
    expect(failure).toMatchObject({ code: "INPUT_MALFORMED", file: "field", line: 2 });
  });
});

describe("what an input is", () => {
  test("cannot be told of anything: the error lists the formats", async () => {
    for (const unknown of ["what is this\n", "\0\x01\x02\x03", "{}", "68 zz", "12:00 rx 41\n"]) {
      await expect(importing(text(unknown))).rejects.toMatchObject({
        code: "USAGE",
        file: "field",
        hint: expect.stringContaining("pcap|pcapng|hex-log|socat|jsonl-v1|hex|raw"),
      });
    }
  });

  test("is nothing where the input is empty, compressed or a tape already", async () => {
    await expect(importing(bytes())).rejects.toMatchObject({ code: "INPUT_MALFORMED", message: "the input is empty" });
    await expect(importing(bytes(0x1f, 0x8b, 8, 0))).rejects.toMatchObject({
      code: "USAGE",
      hint: expect.stringContaining("gunzip"),
    });
    await expect(importing(text('{"type":"header","format":"fieldtape","schema":2}\n'))).rejects.toMatchObject({
      code: "USAGE",
      message: "this is a tape already",
    });
  });

  test("is what the user says, whatever it looks like", async () => {
    const { records } = await importing(text("41 42"), { format: "raw", chunk: 100 });
    expect(story(records).slice(1)).toEqual(["0 rx 41 42"]);
  });
});
