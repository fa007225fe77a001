import { expect, test } from "vitest";
import { Tally } from "../../src/recorder/tally.ts";
import { ZERO } from "../../src/time/nanos.ts";

test("what is missing is counted by its cause, however it was lost", () => {
  const tally = new Tally();
  const gap = { type: "gap", at: ZERO, channel: 0, dir: "rx" } as const;
  tally.take({ ...gap, cause: "overrun", bytes: 48 });
  tally.take({ ...gap, cause: "queue", bytes: 5 });
  tally.take({ ...gap, cause: "overrun" });
  expect(tally.losses).toEqual([
    { cause: "overrun", gaps: 2, lost: 48 },
    { cause: "queue", gaps: 1, lost: 5 },
  ]);
  expect(tally.rx).toMatchObject({ gaps: 3, lost: 53 });
});
