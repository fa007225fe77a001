import { expect, test } from "vitest";
import type { Json } from "../../../src/bytes/json.ts";
import type { Said } from "../../../src/replayer/divergence.ts";
import type { Difference } from "../../../src/scenarios/differences/difference.ts";
import { signatureOf } from "../../../src/scenarios/differences/signature.ts";
import { nanos } from "../../../src/time/nanos.ts";

const said = (value: Json): Said => ({ type: "output", at: nanos(5), machine: "m", channel: 0, value });

const changed = (
  before: Json | undefined,
  after: Json | undefined,
  path: readonly (string | number)[] = ["value", "a"],
) =>
  signatureOf({
    kind: "changed",
    stream: "m",
    type: "frame",
    path,
    expected: { line: 1, record: said({}) },
    actual: { line: 1, record: said({}) },
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  });

const missing = (value: Json): Difference => ({
  kind: "missing",
  stream: "m",
  type: "state",
  expected: { line: 1, record: said(value) },
  next: 1,
});

test("readings, counters and hex do not tell causes apart", () => {
  expect(changed(21.5, 22)).toBe("m frame value.a changed: # → #");
  expect(changed("00ff12", "00ff13cc")).toBe(changed("1234", "5"));
  expect(changed("deadbeef", "cafebabe")).toBe('m frame value.a changed: "#" → "#"');
  expect(changed([1, 2, 3], [4])).toBe(changed([9], [8, 7]));
  expect(changed(1, 2, ["value", "values", 3])).toBe(changed(1, 2, ["value", "values", 900]));
});

test("a number that became text, or went away, is told from one that changed", () => {
  expect(changed(5, "5")).toBe('m frame value.a changed: # → "#"');
  expect(changed(5, undefined)).toBe("m frame value.a changed: # → absent");
});

test("of a sentence only the words that changed count", () => {
  expect(changed("$GPRMC,120000.00,A*6E", "$GPRMC,120000.00,V*6E")).toBe('m frame value.a changed: "A" → "V"');
  expect(changed("$GPGGA,1,A*6E", "$GPGGA,1,V*6E")).toBe('m frame value.a changed: "A" → "V"');
  expect(changed("late", "lost")).toBe('m frame value.a changed: "late" → "lost"');
});

test("what is missing is told by its words", () => {
  expect(signatureOf(missing({ type: "state", state: "late", exchange: 4 }))).toBe(
    'm state missing: {type:"state",state:"late",exchange:#}',
  );
  expect(signatureOf(missing({ state: "late" }))).not.toBe(signatureOf(missing({ state: "answered" })));
});

test("a signature is one line of bounded length, whatever a device says", () => {
  const nasty = `\u001b[31m\n${"x".repeat(1 << 20)}`;
  const signature = changed(nasty, "y");
  expect(signature).toMatch(/^[^\u0000-\u001f]*$/);
  expect(signature.length).toBeLessThan(500);
});

test("members are told by their names; keys of a table are not", () => {
  expect(changed(1, 2, ["value", "sha256"])).toBe("m frame value.sha256 changed: # → #");
  expect(changed(1, 2, ["value", "registers", "40001"])).toBe(changed(1, 2, ["value", "registers", "40002"]));
});
