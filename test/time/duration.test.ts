import { fc, test } from "@fast-check/vitest";
import { expect, test as plain } from "vitest";
import { FieldtapeError } from "../../src/errors.ts";
import { formatDuration, parseDuration } from "../../src/time/duration.ts";

plain.each([
  ["0", 0],
  ["0s", 0],
  ["12.5s", 12_500_000_000],
  ["90ms", 90_000_000],
  ["1m30s", 90_000_000_000],
  ["1h1.5s", 3_601_500_000_000],
  ["2d", 172_800_000_000_000],
  ["250us", 250_000],
  ["250µs", 250_000],
  ["1ms250us", 1_250_000],
  ["10ns", 10],
  ["0.000000001s", 1],
  ["9007199254740991ns", Number.MAX_SAFE_INTEGER],
])("%s is read exactly", (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

plain.each([
  ["", /is no duration/],
  ["12.5", /is no duration/],
  ["s", /is no duration/],
  ["1.s", /is no duration/],
  ["-5s", /is no duration/],
  ["5 s", /is no duration/],
  ["1e3s", /is no duration/],
  ["5sec", /is no duration/],
  ["1s1m", /from large units to small/],
  ["1s1s", /from large units to small/],
  ["1.5m30s", /from large units to small/],
  ["0.5ns", /whole number of nanoseconds/],
  ["0.0000000001s", /whole number of nanoseconds/],
  ["105d", /more than 104 days/],
  [`${"9".repeat(70)}s`, /is too long/],
])("%j is refused with a reason and the way to write it", (text, message) => {
  const refusal = (() => {
    try {
      return parseDuration(text);
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(refusal).toBeInstanceOf(FieldtapeError);
  expect(refusal).toMatchObject({ code: "USAGE", message: expect.stringMatching(message), hint: expect.any(String) });
});

plain.each([
  [0, "0s"],
  [10, "10ns"],
  [250_000, "250us"],
  [1_834_211, "1.834211ms"],
  [90_000_000, "90ms"],
  [12_500_000_000, "12.5s"],
  [90_000_000_000, "1m30s"],
  [60_000_000_000, "1m"],
  [60_000_000_001, "1m0.000000001s"],
  [-3_601_500_000_000, "-1h1.5s"],
])("%d ns is written as %s", (span, expected) => {
  expect(formatDuration(span)).toBe(expected);
});

test.prop([fc.maxSafeNat()])("a written duration is read back to the nanosecond", (span) => {
  expect(parseDuration(formatDuration(span))).toBe(span);
});
