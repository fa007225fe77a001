import { expect, test } from "vitest";
import { Trials } from "../../../src/scenarios/shrinking/trials.ts";
import { nanos } from "../../../src/time/nanos.ts";

test("a search whose candidates wait for nothing still hears that the user wants it to end", async () => {
  const interruption = new AbortController();
  const trials = new Trials({
    symptoms: async function* () {
      yield "what must stay";
    },
    signature: "what must stay",
    verdicts: { of: () => undefined, add: () => {} },
    spent: (runs) => runs >= 1_000,
    signal: interruption.signal,
    onSmaller: () => {},
  });
  setImmediate(() => interruption.abort());
  const mark = { type: "mark", at: nanos(0), label: "a" } as const;
  while (await trials.show({ records: [{ record: mark, line: 1 }], faults: [] }));
  expect(trials.over).toBe("interrupted");
  expect(trials.runs).toBeLessThan(1_000);
});
