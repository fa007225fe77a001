import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { FlowTable } from "../../../src/recorder/convert/pcap/flow-table.ts";

describe("conversations by their addresses", () => {
  test.prop([fc.array(fc.tuple(fc.integer(), fc.integer({ min: 0, max: 3 }), fc.integer()), { maxLength: 4000 })])(
    "are all found again while there are not too many",
    (keys) => {
      const table = new FlowTable<string>(3, 10_000, () => expect.unreachable("nothing needs to be given up"));
      const known = new Map<string, string>();
      for (const [index, key] of keys.entries()) {
        table.set(Int32Array.from(key), `${index}`);
        known.set(key.join(), `${index}`);
      }
      for (const key of keys) expect(table.find(Int32Array.from(key))).toBe(known.get(key.join()));
      expect([...table.flows()].sort()).toEqual([...known.values()].sort());
      expect(table.find(Int32Array.of(1, 4, 1))).toBeUndefined();
    },
  );

  test("that are still heard of stay, and others are given up, so that memory is bounded", () => {
    const givenUp: number[] = [];
    const table = new FlowTable<number>(3, 1000, (flow) => givenUp.push(flow));
    const key = (number: number): Int32Array => Int32Array.of(number, 0, 0);
    for (let number = 0; number < 10_000; number++) {
      table.set(key(number), number);
      expect(table.find(key(7))).toBe(number < 7 ? undefined : 7);
    }
    expect(givenUp).not.toContain(7);
    expect(givenUp.length).toBeGreaterThanOrEqual(7_000);
    expect([...table.flows()].length + givenUp.length).toBe(10_000);
    for (const recent of [9_999, 9_500, 9_001]) expect(table.find(key(recent))).toBe(recent);
  });
});
