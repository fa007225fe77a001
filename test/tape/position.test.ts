import { expect, test } from "vitest";
import { FieldtapeError } from "../../src/errors.ts";
import { parsePosition } from "../../src/tape/position.ts";

test.each([
  ["0", { type: "at", at: 0 }],
  ["12.5s", { type: "at", at: 12.5e9 }],
  ["1m30s", { type: "at", at: 90e9 }],
  ["+90ms", { type: "after", span: 90e6 }],
  ["2026-11-20T12:00:00Z", { type: "wall", wall: 1795176000000000000n }],
  ["2026-11-20T20:00:00.5+08:00", { type: "wall", wall: 1795176000500000000n }],
  ["line:120", { type: "line", line: 120 }],
  ["mark:operator pressed stop", { type: "mark", label: "operator pressed stop" }],
  ["mark:12.5s", { type: "mark", label: "12.5s" }],
])("%s", (text, position) => {
  expect(parsePosition(text)).toEqual(position);
});

test.each([
  "",
  "12",
  "-1s",
  "+",
  "+-1s",
  "line:0",
  "line:",
  "line:1.5",
  "line:x",
  "mark:",
  "2026-11-20",
  "2026-02-30T00:00:00Z",
  "noon",
])("%j is refused, with what can be written instead", (text) => {
  try {
    parsePosition(text);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(FieldtapeError);
    expect(thrown).toMatchObject({ code: "USAGE" });
    expect((thrown as FieldtapeError).hint).toBeDefined();
    return;
  }
  expect.unreachable();
});
