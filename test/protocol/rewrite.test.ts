import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { toHex } from "../../src/bytes/hex.ts";
import { cobs, stuffCobs } from "../../src/protocol/cobs.ts";
import { lengthPrefixed } from "../../src/protocol/length-prefixed.ts";
import { LINES_OPTIONS, lines } from "../../src/protocol/lines.ts";
import { NMEA_OPTIONS, nmea } from "../../src/protocol/nmea/nmea.ts";
import { stuffedOptions } from "../../src/protocol/schema.ts";
import { slip, stuffSlip } from "../../src/protocol/slip.ts";
import { STUFFED_OPTIONS } from "../../src/protocol/stuffed.ts";
import { classic, classicFrame, inverter, mbus, mbusFrame } from "./declared-layouts.ts";
import { joined } from "./framer-laws.ts";
import { rewriting } from "./rewriting.ts";
import { hex } from "./transcript.ts";

const ascii = (text: string) => new TextEncoder().encode(text);
const payload = fc.uint8Array({ minLength: 1, maxLength: 40 });
const long = fc.uint8Array({ minLength: 1, maxLength: 700 });

describe("lines", () => {
  const line = rewriting(lines, LINES_OPTIONS);

  test.prop([fc.stringMatching(/^[^\u0000-\u001f\ud800-\udfff]*$/), fc.constantFrom("\n", "\r\n")])(
    "another text keeps the line end that there was",
    (text, end) => {
      line.keeps(ascii(`temp=21${end}`), ["text"]);
      expect(line.says(ascii(`temp=21${end}`), ["text"], text)).toEqual(ascii(text + end));
    },
  );

  test("bytes that are no text are edited as hex", () => {
    expect(line.says(hex("ff 00 0a"), ["data"], "fe")).toEqual(hex("fe 0a"));
  });

  test("a text with a delimiter in it would be two lines, and a bare line end no character", () => {
    line.refuses(ascii("a\n"), ["text"], "a\nb");
    line.refuses(ascii("a\n"), ["text"], "a\ud800");
    line.refuses(ascii("a\n"), ["data"], "61");
    line.refuses(ascii("a\n"), ["text"], 7);
  });
});

describe("SLIP and COBS", () => {
  const crc = stuffedOptions.parse({ check: { kind: "CRC-16/X-25", endian: "little" } });
  const slipFrame = (bytes: Uint8Array) => joined([stuffSlip(bytes), hex("c0")]);
  const cobsFrame = (bytes: Uint8Array) => joined([stuffCobs(bytes), hex("00")]);
  const anyBytes = fc.array(fc.constantFrom(0, 1, 0xc0, 0xdb, 0xff), { minLength: 1, maxLength: 600 });

  test.prop([
    payload,
    fc.oneof(
      long,
      anyBytes.map((bytes) => Uint8Array.from(bytes)),
    ),
  ])("any payload can be said instead", (before, after) => {
    for (const [subject, frame] of [
      [rewriting(slip, STUFFED_OPTIONS), slipFrame] as const,
      [rewriting(cobs, STUFFED_OPTIONS), cobsFrame] as const,
    ]) {
      subject.keeps(frame(before), ["payload"]);
      expect(subject.says(frame(before), ["payload"], toHex(after))).toEqual(frame(after));
    }
  });

  test.prop([long])("the check behind the payload is made anew", (after) => {
    const checked = rewriting(slip, crc);
    checked.says(slipFrame(hex("31 32 33 34 35 36 37 38 39 6e 90")), ["payload"], toHex(after));
    checked.keeps(slipFrame(hex("31 32 33 34 35 36 37 38 39 6e 90")), ["payload"]);
  });

  test("a zero behind a full group survives", () => {
    const subject = rewriting(cobs, STUFFED_OPTIONS);
    for (const size of [253, 254, 255, 508]) {
      const full = new Uint8Array(size).fill(7);
      for (const tail of ["", "00", "0001", "01"]) subject.says(hex("02 01 00"), ["payload"], toHex(full) + tail);
    }
  });

  test("what is no hex is refused", () => {
    rewriting(slip, STUFFED_OPTIONS).refuses(slipFrame(hex("01")), ["payload"], "0");
    rewriting(slip, STUFFED_OPTIONS).refuses(slipFrame(hex("01")), ["payload", 0], "0");
  });
});

describe("frames of a declared layout", () => {
  test.prop([payload, payload])("length and check follow the payload", (before, after) => {
    const frames = rewriting(lengthPrefixed, classic);
    frames.keeps(classicFrame(before), ["payload"]);
    expect(frames.says(classicFrame(before), ["payload"], toHex(after))).toEqual(classicFrame(after));
  });

  test.prop([payload, fc.integer({ min: 0, max: 255 })])("a field has its check made anew", (before, command) => {
    const frames = rewriting(lengthPrefixed, classic);
    const edited = frames.says(classicFrame(before), ["fields", "command"], command);
    expect(edited).toEqual(classicFrame(Uint8Array.of(command, ...before.subarray(1))));
    frames.refuses(classicFrame(before), ["fields", "command"], 256);
    frames.refuses(classicFrame(before), ["fields", "unknown"], 1);
  });

  test.prop([payload, payload])(
    "a length that stands twice is right twice, and alternatives stay theirs",
    (before, after) => {
      const frames = rewriting(lengthPrefixed, mbus);
      expect(frames.says(mbusFrame(before), ["payload"], toHex(after))).toEqual(mbusFrame(after));
      expect(frames.says(hex("10 5b 01 5c 16"), ["payload"], "5b02")).toEqual(hex("10 5b 02 5d 16"));
      frames.refuses(hex("10 5b 01 5c 16"), ["payload"], "5b");
      frames.refuses(hex("e5"), ["layout"], "long");
    },
  );

  test("a length that counts what follows it is made anew, in the layout that the frame has", () => {
    const frames = rewriting(lengthPrefixed, inverter);
    expect(frames.says(hex("59590001 0004 01 01 0203"), ["payload"], "010105")).toEqual(hex("59590001 0003 010105"));
  });

  test("a frame over the maximum is refused", () => {
    rewriting(lengthPrefixed, classic).refuses(classicFrame(hex("01")), ["payload"], "00".repeat(60));
  });
});

describe("NMEA 0183", () => {
  const sentences = rewriting(nmea, NMEA_OPTIONS);
  const gll = "$GPGLL,5300.97914,N,00259.98174,E,125926,A*28";
  const field = fc.stringMatching(/^[\u0020-\u007e]{0,12}$/).filter((text) => !/[$!*,]/.test(text));

  test.prop([field, fc.constantFrom("\r\n", "\n", "")])("a field has its checksum made anew", (text, end) => {
    const edited = sentences.says(ascii(gll + end), ["fields", 0], text);
    expect(new TextDecoder().decode(edited)).toContain(`$GPGLL,${text},N,00259.98174,E,125926,A*`);
    sentences.keeps(ascii(gll + end), ["fields"]);
  });

  test("fields can be left out, and talker and formatter be others", () => {
    expect(sentences.says(ascii(`${gll}\r\n`), ["fields"], [])).toEqual(ascii("$GPGLL*50\r\n"));
    expect(sentences.says(ascii(`${gll}\r\n`), ["talker"], "GN")).toEqual(
      ascii(gll.replace("GP", "GN").replace("28", "36\r\n")),
    );
    expect(sentences.says(ascii("$PUBX,00*33\r\n"), ["fields", 0], "01")).toEqual(ascii("$PUBX,01*32\r\n"));
  });

  test("the letters of a checksum stay small, and a TAG block stays before its sentence", () => {
    expect(sentences.says(ascii("$GPABC,0*4b\r\n"), ["fields", 0], "1")).toEqual(ascii("$GPABC,1*4a\r\n"));
    const tagged = `\\s:a*28\\${gll}\r\n`;
    sentences.keeps(ascii(tagged), ["fields"]);
    const edited = new TextDecoder().decode(sentences.says(ascii(tagged), ["fields", 1], "S"));
    expect(edited).toMatch(/^\\s:a\*28\\\$GPGLL,5300\.97914,S,/);
  });

  test("a field with a character that ends fields or sentences is refused", () => {
    for (const text of ["a,b", "$", "!", "a\nb", "*00", "\u0100"])
      sentences.refuses(ascii(`${gll}\r\n`), ["fields", 0], text);
    sentences.refuses(ascii(gll), ["sentence"], "$GPABC*00");
  });

  test("a sentence that had no checksum gets none", () => {
    const lax = rewriting(nmea, { ...NMEA_OPTIONS, requireChecksum: false });
    expect(lax.says(ascii("$GPABC,1\r\n"), ["fields", 0], "2")).toEqual(ascii("$GPABC,2\r\n"));
  });
});
