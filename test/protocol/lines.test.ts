import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { LINES_OPTIONS, lines } from "../../src/protocol/lines.ts";
import { linesOptions } from "../../src/protocol/schema.ts";
import { framerLaws, joined } from "./framer-laws.ts";
import { hears, hex } from "./transcript.ts";

const ascii = (text: string) => new TextEncoder().encode(text);

describe("lines", () => {
  test("a line ends at LF, and a CR before it is not text", () => {
    hears(lines, LINES_OPTIONS)
      .gets("temp=21\r", "\nhum", "idity=40\n\n")
      .says(
        { type: "frame", dir: "rx", span: [0, 9], text: "temp=21" },
        { span: [9, 12], text: "humidity=40" },
        { span: [21, 1], text: "" },
      );
  });

  test("a line that is no text is shown as hex", () => {
    hears(lines, LINES_OPTIONS)
      .gets(hex("ff 00 0a"), hex("c2 85 0a"), "über\n")
      .says({ data: "ff00" }, { data: "c285" }, { text: "über", span: [6, 6] });
  });

  test("a device that ends its lines with ETX, or with two bytes, is a matter of options", () => {
    hears(lines, { ...LINES_OPTIONS, delimiter: "hex:03" })
      .gets(hex("41 03 42 0d 03"))
      .says({ text: "A" }, { text: "B" });
    hears(lines, { ...LINES_OPTIONS, delimiter: "\r\n", stripCr: false })
      .gets("a\nb\r", "\r", "\nc")
      .says({ text: "a\nb\r", span: [0, 6] });
  });

  test("a line over the maximum is reported in pieces, and the next one is read", () => {
    hears(lines, { ...LINES_OPTIONS, maximum: 4 })
      .gets("1234\n12345678", "90\nok\n")
      .says(
        { text: "1234" },
        { fault: "too-long", span: [5, 4], raw: "31323334" },
        { fault: "too-long", span: [9, 4] },
        { fault: "too-long", span: [13, 3] },
        { text: "ok" },
      );
  });

  test("a gap, a lost link and the end of the tape each say what was lost with them", () => {
    hears(lines, LINES_OPTIONS)
      .gets("half")
      .gap()
      .says({ fault: "interrupted", span: [0, 4], raw: "68616c66" })
      .gets("whole\nhalf")
      .link("lost")
      .says({ text: "whole", span: [4, 6] }, { fault: "interrupted" })
      .link("open")
      .gets("hal")
      .ends()
      .says({ fault: "unfinished", span: [14, 3] })
      .ends()
      .says();
  });

  test("a link that a later segment of the tape says is open interrupts no line", () => {
    hears(lines, LINES_OPTIONS).gets("ha").link("open").gets("lf\n").says({ text: "half" });
  });

  test("the end of a datagram ends its line", () => {
    hears(lines, LINES_OPTIONS, { kind: "datagram" })
      .datagram("one\ntwo")
      .datagram("three\r\n")
      .says({ text: "one" }, { text: "two", span: [4, 3] }, { text: "three" });
  });
});

const text = fc.stringMatching(/^[a-z ]{0,12}$/);
for (const [delimiter, stripCr] of [
  ["\n", true],
  ["\r\n", false],
  ["--=", false],
] as const) {
  framerLaws(`lines ending with ${JSON.stringify(delimiter)}`, {
    framer: lines,
    options: { delimiter, stripCr, maximum: 40 },
    frame: text.map((line) => joined([ascii(line), ascii(delimiter)])),
    alphabet: joined([ascii(delimiter), hex("ff 41")]),
    spoils: 1,
    stateMax: 600,
  });
}

describe("the options of lines", () => {
  test("have defaults, and refuse what cannot be", () => {
    expect(linesOptions.parse({})).toEqual(LINES_OPTIONS);
    for (const wrong of [
      { delimiter: "" },
      { delimiter: "hex:4" },
      { maximum: 0 },
      { maximum: 1e9 },
      { delimeter: "x" },
    ]) {
      expect(linesOptions.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
    }
  });
});
