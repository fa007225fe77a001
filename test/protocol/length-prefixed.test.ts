import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { crc, crcOf } from "../../src/bytes/crc.ts";
import { toHex } from "../../src/bytes/hex.ts";
import { type LengthPrefixedOptions, lengthPrefixed } from "../../src/protocol/length-prefixed.ts";
import { lengthPrefixedOptions } from "../../src/protocol/schema.ts";
import { classic, classicFrame, inverter, mbus, mbusFrame } from "./declared-layouts.ts";
import { chunked, forever, framerLaws, joined, said } from "./framer-laws.ts";
import { hears, hex } from "./transcript.ts";

const good = classicFrame(hex("01 02 03"));

/** The same layout however its hex is spaced. */
function normal(layout: LengthPrefixedOptions): LengthPrefixedOptions {
  const tight = <L extends { readonly start: string }>(one: L): L => ({ ...one, start: one.start.replaceAll(" ", "") });
  return { ...tight(layout), alternatives: layout.alternatives.map(tight) };
}

/** The layouts that the documentation shows, in its order. */
function documented(): unknown[] {
  const page = readFileSync(join(import.meta.dirname, "../../docs/subjects.md"), "utf8");
  const [, section = ""] = page.split("\n## length-prefixed\n");
  const [chapter = ""] = section.split("\n## ");
  const blocks = [...chapter.matchAll(/```json\n(.*?)```/gs)].map(([, block = ""]) => JSON.parse(block));
  return blocks.filter(({ type }) => type === undefined);
}

describe("length-prefixed frames", () => {
  test("the layouts of the documentation are those that are tested here", () => {
    const layouts = documented().map((layout) => lengthPrefixedOptions.parse(layout));
    expect(layouts).toEqual([{ ...classic, maximum: 4_096 }, mbus, inverter].map((layout) => normal(layout)));
  });

  test("the classic AA 55 frame gives its payload and declared fields", () => {
    hears(lengthPrefixed, classic)
      .gets(good, hex("aa"), hex("55"), classicFrame(hex("7f")).slice(2))
      .says(
        { type: "frame", dir: "rx", span: [0, 8], fields: { command: 1 }, payload: "010203" },
        { span: [8, 6], fields: { command: 0x7f }, payload: "7f" },
      );
  });

  test("rubbish between frames is one fault a run", () => {
    hears(lengthPrefixed, classic)
      .gets(hex("00 aa 01"), hex("02 55"), good, hex("ff"), good)
      .says({ fault: "rubbish", span: [0, 5], raw: "00aa010255" }, {}, { fault: "rubbish", span: [13, 1] }, {});
  });

  test("endless rubbish is reported as it comes, and every byte of it stands in a fault", () => {
    hears(lengthPrefixed, classic)
      .gets(new Uint8Array(1500))
      .says({ fault: "rubbish", span: [0, 1024], raw: "00".repeat(1024) })
      .gets(new Uint8Array(600))
      .says({ fault: "rubbish", span: [1024, 1024] })
      .gets(good)
      .says({ fault: "rubbish", span: [2048, 52] }, { span: [2100, 8] });
  });

  test("a frame that fails its check ends where a frame inside it begins", () => {
    const lost = hex("aa 55 14 01 02");
    hears(lengthPrefixed, classic)
      .gets(lost, good, good, new Uint8Array(4))
      .says({ fault: "bad-crc", span: [0, 5], raw: "aa55140102" }, { span: [5, 8] }, { span: [13, 8] })
      .ends()
      .says({ fault: "rubbish", span: [21, 4] });
  });

  test("a frame is found behind several starts inside a frame that failed", () => {
    hears(lengthPrefixed, classic)
      .gets(hex("aa 55 20 aa 55 01 00 00 00 aa 55 ff"), good, new Uint8Array(40))
      .says({ fault: "bad-crc", span: [0, 12] }, { span: [12, 8] })
      .ends()
      .says({ fault: "rubbish", span: [20, 40] });
  });

  test("two broken frames in a row are two faults", () => {
    const broken = Uint8Array.from(good, (byte, at) => (at === 4 ? byte ^ 1 : byte));
    hears(lengthPrefixed, classic)
      .gets(broken, broken, good)
      .says({ fault: "bad-crc", span: [0, 8] }, { fault: "bad-crc", span: [8, 8] }, { payload: "010203" });
  });

  test("a length above the maximum is not waited for", () => {
    hears(lengthPrefixed, classic)
      .gets(hex("aa 55 ff"), good)
      .says({ fault: "bad-length", span: [0, 3] }, { span: [3, 8] });
  });

  test("what a gap, a lost link or the end of the tape cuts off may hide whole frames", () => {
    hears(lengthPrefixed, classic)
      .gets(hex("aa 55 30"), good, hex("aa 55 03 01"))
      .gap()
      .says({ fault: "interrupted", span: [0, 3] }, { span: [3, 8] }, { fault: "interrupted", span: [11, 4] })
      .gets(hex("aa"))
      .ends()
      .says({ fault: "unfinished", span: [15, 1] });
  });

  test("a datagram ends its frame", () => {
    hears(lengthPrefixed, classic, { kind: "datagram" })
      .datagram(good.slice(0, 7))
      .datagram(good)
      .says({ fault: "truncated", span: [0, 7] }, { span: [7, 8] });
  });

  test("M-Bus: long frames, short frames and the single character stand on one wire", () => {
    hears(lengthPrefixed, mbus)
      .gets(hex("10 40 01 41 16 e5"), mbusFrame(hex("08 01 72")), hex("10 40 01 42 16 68 03 04 68 68 01 01 67"))
      .says(
        { layout: "short", payload: "4001" },
        { layout: "ack", payload: "" },
        { layout: "long", payload: "080172" },
        { fault: "bad-checksum", span: [15, 5] },
        { fault: "bad-length", span: [20, 4] },
      )
      .ends()
      .says({ fault: "rubbish", raw: "68010167" });
    hears(lengthPrefixed, mbus)
      .gets(hex("68 01 01 68 08 08 17"))
      .says({ fault: "bad-end", span: [0, 7] });
  });

  test("a length may count the whole frame, be little-endian, and its check may stand in the header", () => {
    const options = lengthPrefixedOptions.parse({
      length: { offset: 0, width: 3, endian: "little", counts: "frame" },
      check: { kind: "xor8", at: 3, from: 4, to: "end" },
      header: 4,
    });
    hears(lengthPrefixed, options)
      .gets(hex("06 00 00 03 01 02 05 00 00 07 07"))
      .says({ payload: "0102" }, { payload: "07" });
  });

  test("a device that sends nothing but starts of long frames costs linear work, however it is cut", () => {
    const greedy = lengthPrefixedOptions.parse({
      start: "aa",
      length: { offset: 1, width: 2, counts: "payload" },
      check: { kind: "CRC-32" },
      maximum: 43_700,
    });
    const wire = new Uint8Array(400_000).fill(0xaa);
    const outputs = said(lengthPrefixed, greedy, [...chunked(wire, forever(65_536)), { type: "end" }]);
    expect(outputs.reduce((total, { span }) => total + span[1], 0)).toBe(wire.length);
    expect(said(lengthPrefixed, greedy, [...chunked(wire, forever(1_000)), { type: "end" }])).toEqual(outputs);
  }, 20_000);

  test.prop([fc.array(fc.uint8Array({ maxLength: 250 }), { maxLength: 8 })])(
    "every M-Bus payload survives",
    (payloads) => {
      hears(lengthPrefixed, mbus)
        .gets(joined(payloads.map(mbusFrame)))
        .says(...payloads.map((payload) => ({ payload: toHex(payload) })));
    },
  );
});

framerLaws("length-prefixed, AA 55", {
  framer: lengthPrefixed,
  options: classic,
  frame: fc.uint8Array({ minLength: 0, maxLength: 20 }).map(classicFrame),
  alphabet: hex("aa 55 03 14"),
  spoils: 0,
  weak: true,
  stateMax: 6_000,
});

framerLaws("length-prefixed, M-Bus with its short frames", {
  framer: lengthPrefixed,
  options: mbus,
  frame: fc.oneof(
    fc.uint8Array({ maxLength: 30 }).map(mbusFrame),
    fc.constantFrom(hex("10 40 01 41 16"), hex("10 7b fe 79 16"), hex("e5")),
  ),
  alphabet: hex("68 04 16 10 e5"),
  spoils: 0,
  weak: true,
  stateMax: 6_000,
});

const startless = lengthPrefixedOptions.parse({
  length: { offset: 0, width: 1, counts: "after-length", adjust: 2 },
  check: { kind: "CRC-16/X-25", endian: "little" },
  maximum: 40,
});

framerLaws("length-prefixed, without a start", {
  framer: lengthPrefixed,
  options: startless,
  frame: fc.uint8Array({ minLength: 1, maxLength: 20 }).map((payload) => {
    const front = joined([Uint8Array.of(payload.length), payload]);
    const check = crcOf(crc("CRC-16/IBM-SDLC"), front);
    return joined([front, Uint8Array.of(check & 0xff, check >> 8)]);
  }),
  alphabet: hex("00 01 05 25"),
  spoils: 0,
  weak: true,
  stateMax: 6_000,
});

describe("the options of length-prefixed", () => {
  test.each([
    [{}, "length"],
    [{ size: 4, length: { offset: 0, width: 1, counts: "frame" } }, "length"],
    [{ size: 4, start: "aa5" }, "start"],
    [{ size: 3, start: "aa", check: { kind: "CRC-32" } }, "size"],
    [{ length: { offset: 300, width: 2, counts: "frame" }, maximum: 100 }, "maximum"],
    [{ size: 4, check: { kind: "toString" } }, "check"],
    [{ size: 4, fields: [{ name: "__proto__", offset: 0, width: 1 }] }, "fields"],
    [{ size: 4, alternatives: [{ start: "10" }] }, "alternatives"],
  ])("%j is refused, naming %s", (options, path) => {
    const parsed = lengthPrefixedOptions.safeParse(options);
    expect(parsed.success).toBe(false);
    expect(parsed.error?.issues[0]?.path[0]).toBe(path);
  });
});
