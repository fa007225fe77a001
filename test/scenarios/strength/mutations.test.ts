import { expect, test } from "vitest";
import { mutations } from "../../../src/scenarios/strength/mutations.ts";
import type { OutputRecord } from "../../../src/tape/record.ts";
import { nanos } from "../../../src/time/nanos.ts";

test("a subject is made wrong once for each kind of record and each of its members", () => {
  const record: OutputRecord = {
    type: "output",
    at: nanos(5),
    machine: "lines",
    channel: 0,
    value: { type: "frame", span: [0, 3], text: "one", whole: true },
  };
  const made = [...mutations([record, record])];
  expect(made.map(({ name }) => name)).toEqual([
    "lines frame left out",
    "lines frame said twice",
    "lines frame said later",
    "lines frame value.type changed",
    "lines frame value.span[] changed",
    "lines frame value.text changed",
    "lines frame value.whole changed",
  ]);
  for (const { said } of made) expect(said).not.toEqual([record, record]);
});
