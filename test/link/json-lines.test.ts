import { fc, test } from "@fast-check/vitest";
import { describe, expect, test as plain } from "vitest";
import { JsonLines } from "../../src/link/json-lines.ts";

function told(pieces: readonly (string | Uint8Array)[], lengthMax = 1_000): unknown[] {
  const values: unknown[] = [];
  const lines = new JsonLines(lengthMax, (value) => values.push(value));
  for (const piece of pieces) lines.take(Buffer.from(piece));
  return values;
}

describe("JSON, a value a line, from a program that is not ours", () => {
  plain("is told in order, with each line that is none in its place", () => {
    expect(told(['{"a":1}\nrubbish\n[2]\n{"torn":\n"x"\n'])).toEqual([{ a: 1 }, undefined, [2], undefined, "x"]);
  });

  plain("may be any JSON, also null, and goes on after it", () => {
    expect(told(["null\n0\nfalse\n", '""\n"a"\n'])).toEqual([null, 0, false, "", "a"]);
  });

  plain("may have any line ends and empty lines, and what is not ended is no line yet", () => {
    expect(told(['\n\r\n{"a":1}\r\n\n{"b":2}\n{"c":3}'])).toEqual([{ a: 1 }, { b: 2 }]);
  });

  plain("that is longer than it may be is told once, and what comes after it is heard", () => {
    const long = Array.from({ length: 20 }, () => "x".repeat(100));
    expect(told([...long, '\n{"a":1}\n', ...long, '\n{"b":2}\n'], 500)).toEqual([
      undefined,
      { a: 1 },
      undefined,
      { b: 2 },
    ]);
  });

  plain("keeps a character whole that two reads have cut", () => {
    const bytes = Buffer.from('"Ü€𝄞"\n');
    for (let cut = 0; cut <= bytes.length; cut += 1)
      expect(told([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(["Ü€𝄞"]);
  });

  test.prop([fc.array(fc.oneof(fc.jsonValue(), fc.constant(undefined))), fc.array(fc.nat(7), { minLength: 1 })])(
    "says the same however the reads fall",
    (values, sizes) => {
      const text = values.map((value) => `${value === undefined ? "{none" : JSON.stringify(value)}\n`).join("");
      const bytes = Buffer.from(text);
      const pieces: Uint8Array[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = (sizes[turn % sizes.length] ?? 0) + 1;
        pieces.push(bytes.subarray(at, at + size));
        at += size;
      }
      expect(told(pieces, 1e6)).toEqual(
        values.map((value) => (value === undefined ? value : JSON.parse(JSON.stringify(value)))),
      );
    },
  );
});
