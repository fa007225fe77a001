import { fc, test } from "@fast-check/vitest";
import { expect, test as plain } from "vitest";
import { parseIso } from "../../src/time/iso.ts";
import { localZone } from "../../src/time/system-clock.ts";
import { formatInZone, inZone, UTC } from "../../src/time/zone.ts";

const NOON = 1_795_176_000_000_000_000n;

plain.each([
  [0, "2026-11-20T12:00:00.000Z"],
  [345, "2026-11-20T17:45:00.000+05:45"],
  [-210, "2026-11-20T08:30:00.000-03:30"],
  [780, "2026-11-21T01:00:00.000+13:00"],
])("noon in a zone %d minutes ahead is %s", (ahead, expected) => {
  expect(formatInZone(NOON, () => ahead, 3)).toBe(expected);
});

plain("a date keeps the digits that the tape has, and in UTC every letter", () => {
  const ahead = () => 120;
  expect(inZone("2026-11-20T12:00:00.123456Z", ahead)).toBe("2026-11-20T14:00:00.123456+02:00");
  expect(inZone("2026-11-20T12:00:00Z", ahead)).toBe("2026-11-20T14:00:00+02:00");
  expect(inZone("2026-11-20t12:00:00.1z", UTC)).toBe("2026-11-20t12:00:00.1z");
  expect(inZone("yesterday", ahead)).toBe("yesterday");
});

plain("at the first and the last year that can be written the date is shown in UTC", () => {
  expect(inZone("9999-12-31T23:59:59Z", () => 1)).toBe("9999-12-31T23:59:59Z");
  expect(inZone("0000-01-01T00:00:00Z", () => -1)).toBe("0000-01-01T00:00:00Z");
});

const anyWall = fc.bigInt({ min: -62_000_000_000_000_000_000n, max: 253_000_000_000_000_000_000n });

test.prop([anyWall, fc.integer({ min: -1_439, max: 1_439 })])("it is the same moment in every zone", (wall, ahead) => {
  expect(parseIso(formatInZone(wall, () => ahead, 9))).toBe(wall);
});

plain("this machine's zone changes with the seasons and with the laws", () => {
  // The tests run in Kathmandu, which was 5:30 ahead until 1986.
  expect(formatInZone(NOON, localZone, 0)).toBe("2026-11-20T17:45:00+05:45");
  expect(inZone("1980-01-01T00:00:00Z", localZone)).toBe("1980-01-01T05:30:00+05:30");
});
