import { fc, test } from "@fast-check/vitest";
import { expect, test as plain } from "vitest";
import { formatIso, parseIso } from "../../src/time/iso.ts";

plain.each([
  ["1970-01-01T00:00:00Z", 0n],
  ["1970-01-01T00:00:00.000000001Z", 1n],
  ["1969-12-31T23:59:59.999999999Z", -1n],
  ["2026-11-20T12:00:00.000000Z", 1_795_176_000_000_000_000n],
  ["2026-11-20T20:00:00+08:00", 1_795_176_000_000_000_000n],
  ["2026-11-20T20:00+08:00", 1_795_176_000_000_000_000n],
  ["2026-11-20T06:15:00-05:45", 1_795_176_000_000_000_000n],
  ["2026-11-20t12:00:00.1z", 1_795_176_000_100_000_000n],
  ["2024-02-29T00:00:00Z", 1_709_164_800_000_000_000n],
  ["2000-02-29T00:00:00Z", 951_782_400_000_000_000n],
])("%s is read exactly", (text, expected) => {
  expect(parseIso(text)).toBe(expected);
});

plain.each([
  "",
  "2026-11-20",
  "2026-11-20T12:00:00",
  "2026-11-20 12:00:00Z",
  "2026-11-20T12:00:00.Z",
  "2026-11-20T12:00:00.0000000000Z",
  "2026-11-20T24:00:00Z",
  "2026-11-20T12:60:00Z",
  "2026-06-30T23:59:60Z",
  "2026-02-29T00:00:00Z",
  "1900-02-29T00:00:00Z",
  "2026-04-31T00:00:00Z",
  "2026-13-01T00:00:00Z",
  "2026-00-01T00:00:00Z",
  "2026-01-00T00:00:00Z",
  "2026-11-20T12:00:00+0800",
  "2026-11-20T12:00:00+24:00",
  "2026-11-20T12:00:00+08:60",
  "0000-01-01T00:00:00+00:01",
  "9999-12-31T23:59:59-00:01",
  "٢٠٢٦-11-20T12:00:00Z",
])("%j is no date", (text) => {
  expect(parseIso(text)).toBeUndefined();
});

plain("fewer digits cut the fraction, before the epoch too, and never point to a later moment", () => {
  expect(formatIso(1_795_176_000_999_999_999n, 6)).toBe("2026-11-20T12:00:00.999999Z");
  expect(formatIso(1_795_176_000_999_999_999n, 0)).toBe("2026-11-20T12:00:00Z");
  expect(formatIso(-1n, 3)).toBe("1969-12-31T23:59:59.999Z");
  expect(formatIso(-62_167_219_200_000_000_000n, 0)).toBe("0000-01-01T00:00:00Z");
});

plain("a date outside the years 0 to 9999 cannot be written", () => {
  expect(() => formatIso(253_402_300_800_000_000_000n)).toThrow(/outside the years/);
});

const anyWall = fc.bigInt({ min: -62_167_219_200_000_000_000n, max: 253_402_300_799_999_999_999n });

test.prop([anyWall])("a written date is read back to the nanosecond", (wall) => {
  expect(parseIso(formatIso(wall))).toBe(wall);
});

test.prop([anyWall])("the calendar agrees with the language's own, which the product does not use", (wall) => {
  const millis = wall / 1_000_000n - (wall % 1_000_000n < 0n ? 1n : 0n);
  expect(formatIso(wall, 3)).toBe(new Date(Number(millis)).toISOString());
});
