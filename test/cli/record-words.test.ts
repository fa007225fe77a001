import { describe, expect, test } from "vitest";
import { planRecording } from "../../src/cli/record/plan.ts";
import { amount, elapsed, progress, summary } from "../../src/cli/record/words.ts";
import type { RecordingStatus } from "../../src/recorder/status.ts";
import { nanos } from "../../src/time/nanos.ts";

const status: RecordingStatus = {
  state: "recording",
  at: nanos(3_723_500_000_000),
  path: "a.tape.jsonl",
  records: 12,
  rx: { bytes: 1_234_567, reads: 10, lost: 0, gaps: 0 },
  tx: { bytes: 12, reads: 1, lost: 0, gaps: 0 },
  losses: [],
  channels: [
    {
      channel: 0,
      name: "a",
      source: "tcp:a:1",
      link: "open",
      rx: { bytes: 0, reads: 0, lost: 0, gaps: 0 },
      tx: { bytes: 0, reads: 0, lost: 0, gaps: 0 },
    },
  ],
  marks: 0,
  events: 0,
  waiting: 0,
  tail: [],
};
const rates = { rx: { bytes: 999.6, reads: 1 }, tx: { bytes: 0, reads: 0 } };

describe("what a recording says about itself", () => {
  test("amounts have three digits, times their hours when there are any", () => {
    expect([0, 999, 999.6, 1_234, 45_678, 999_499, 999_500, 5e12].map(amount)).toEqual([
      "0 B",
      "999 B",
      "1.00 kB",
      "1.23 kB",
      "45.7 kB",
      "999 kB",
      "1.00 MB",
      "5.00 TB",
    ]);
    expect([0, 61e9, 3_723.5e9].map(elapsed)).toEqual(["00:00", "01:01", "1:02:03"]);
  });

  test("losses are said, and that there are none as well", () => {
    expect(progress(status, rates)).toBe("1:02:03  rx 1.23 MB (1.00 kB/s)  tx 12 B (0 B/s)  1 open  no losses");
    const lossy = { ...status, rx: { ...status.rx, lost: 5_000, gaps: 2 }, outputs: 3, marks: 1, waiting: 2e6 };
    expect(progress({ ...status, rx: { ...status.rx, gaps: 1 } }, rates)).toContain("1 open  1 gap of unknown length");
    expect(progress(lossy, rates)).toContain("lost 5.00 kB in 2 gaps  3 decoded  1 mark  2.00 MB wait for the disk");
  });

  test("what found no room on the disk is counted at the end", () => {
    const result = {
      reason: "disk-full",
      status,
      failure: undefined,
      decodeFailure: undefined,
      unrecorded: 7,
    } as const;
    expect(summary(result)).toBe(
      "the disk is full after 1:02:03: 12 records in a.tape.jsonl; rx 1.23 MB, tx 12 B had come, and the last 7 records of them found no room on the disk",
    );
  });
});

test("a channel of the configuration can be recorded by its name", () => {
  const flags = {
    force: false,
    continue: false,
    service: false,
    compress: false,
    buffer: "64MiB",
    quiet: false,
    also: ["meter"],
  };
  const channels = { meter: { source: "serial:/dev/ttyUSB0,4800" } };
  const { sources } = planRecording({ type: "stdin", dir: "rx" }, flags, { channels });
  expect(sources[1]).toMatchObject({ name: "meter", type: "serial", settings: { baud: 4800 } });
  expect(() => planRecording({ type: "stdin", dir: "rx" }, { ...flags, also: ["toString"] }, { channels })).toThrow(
    expect.objectContaining({ code: "USAGE" }),
  );
});
