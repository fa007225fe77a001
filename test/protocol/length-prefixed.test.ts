import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { sum8 } from "../../src/bytes/checksum.ts";
import { crc, crcOf } from "../../src/bytes/crc.ts";
import { fromHex, toHex } from "../../src/bytes/hex.ts";
import { type LengthPrefixedOptions, lengthPrefixed } from "../../src/protocol/length-prefixed.ts";
import { lengthPrefixedOptions } from "../../src/protocol/schema.ts";
import { onCaptures } from "../captures.ts";
import { chunked, forever, framerLaws, joined, said } from "./framer-laws.ts";
import { hears, hex } from "./transcript.ts";

/** The classic: AA 55, length of what follows up to the CRC, command, data, CRC over command and data. */
const classic = lengthPrefixedOptions.parse({
  start: "aa55",
  length: { offset: 2, width: 1, counts: "payload" },
  check: { kind: "CRC-16/MODBUS", endian: "little", from: 3 },
  fields: [{ name: "command", offset: 3, width: 1 }],
  maximum: 64,
});

function classicFrame(payload: Uint8Array): Uint8Array {
  const check = crcOf(crc("CRC-16/MODBUS"), payload);
  return joined([Uint8Array.of(0xaa, 0x55, payload.length), payload, Uint8Array.of(check & 0xff, check >> 8)]);
}

/** Wired M-Bus, EN 13757-2: long frame, short frame, single character. */
const mbus = lengthPrefixedOptions.parse({
  name: "long",
  start: "68 .. .. 68",
  length: { offset: 1, width: 1, counts: "payload", again: 2 },
  check: { kind: "sum8", from: 4 },
  end: "16",
  maximum: 261,
  alternatives: [
    { name: "short", start: "10", size: 5, check: { kind: "sum8", from: 1 }, end: "16" },
    { name: "ack", start: "e5", size: 1 },
  ],
});

function mbusFrame(payload: Uint8Array): Uint8Array {
  const size = payload.length;
  return joined([Uint8Array.of(0x68, size, size, 0x68), payload, Uint8Array.of(sum8(payload), 0x16)]);
}

/** An inverter's dongle: inside, from byte 26 on, a Modbus answer with its CRC; a heartbeat has none. */
const inverter = lengthPrefixedOptions.parse({
  name: "transparent",
  start: "59590001 .... .. 02",
  length: { offset: 4, width: 2, counts: "after-length" },
  header: 6,
  check: { kind: "CRC-16/MODBUS", endian: "little", from: 26 },
  fields: [{ name: "function", offset: 7, width: 1 }],
  alternatives: [
    {
      name: "heartbeat",
      start: "59590001 .... .. 01",
      length: { offset: 4, width: 2, counts: "after-length" },
      header: 6,
    },
  ],
});

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

/** The bytes of one direction of a `TIME rx|tx HEX` log. */
function wireOf(file: string, dir: "rx" | "tx"): Uint8Array {
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.includes(` ${dir} `));
  return joined(lines.map((line) => hex(line.split(" ")[2] ?? "")));
}

/** Nothing but the length fields, followed from the first byte on: what the framer must find. */
function walk(wire: Uint8Array): { span: [number, number]; crcValid: boolean }[] {
  const frames: { span: [number, number]; crcValid: boolean }[] = [];
  for (let at = 0; at < wire.length; ) {
    const size = 6 + ((wire[at + 4] ?? 0) << 8) + (wire[at + 5] ?? 0);
    const frame = wire.subarray(at, at + size);
    const check = crcOf(crc("CRC-16/MODBUS"), frame, 26, size - 2);
    const heartbeat = frame[7] === 1;
    frames.push({
      span: [at, size],
      crcValid: heartbeat || check === (frame[size - 2] ?? 0) + (frame[size - 1] ?? 0) * 256,
    });
    at += size;
  }
  return frames;
}

describe("captures", () => {
  onCaptures(
    "an inverter's dongle: every frame of an hour is found, and those with a broken CRC inside are told",
    (folder) => {
      for (const [name, found] of [
        ["hybrid_gen1_arm449_0x11_poll_10min.log", { rx: 482, tx: 245, broken: 0 }],
        ["hybrid_gen1_arm449_givbat82_givbat95gen3_60min.log", { rx: 1_822, tx: 21, broken: 11 }],
      ] as const) {
        let broken = 0;
        for (const dir of ["rx", "tx"] as const) {
          const wire = wireOf(join(folder, "inverter-tcp", name), dir);
          const expected = walk(wire);
          expect(expected).toHaveLength(found[dir]);
          for (const size of [wire.length, 1, 7, 1_000]) {
            const outputs = said(lengthPrefixed, inverter, [...chunked(wire, forever(size)), { type: "end" }], dir);
            expect(outputs.map(({ type, span }) => ({ span, crcValid: type === "frame" }))).toEqual(expected);
            if (size === 1) broken += outputs.filter(({ fault }) => fault === "bad-crc").length;
          }
        }
        expect(broken).toBe(found.broken);
      }
    },
  );

  onCaptures("forty meters: every M-Bus frame is valid, however it is cut", (folder) => {
    const files = readdirSync(join(folder, "mbus-serial")).filter((file) => file.endsWith(".hex"));
    const frames = files.map((file) => fromHex(readFileSync(join(folder, "mbus-serial", file), "utf8"))!);
    expect(frames).toHaveLength(40);
    for (const size of [100_000, 1, 7]) {
      const outputs = said(lengthPrefixed, mbus, [...chunked(joined(frames), forever(size)), { type: "end" }]);
      expect(outputs).toMatchObject(
        frames.map((frame) => ({ layout: "long", payload: toHex(frame, 4, frame.length - 2) })),
      );
    }
  });
});
