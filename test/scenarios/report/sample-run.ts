import type { CaseResult } from "../../../src/scenarios/case-result.ts";
import type { CaseDifferences, Exemplar } from "../../../src/scenarios/differences/case-differences.ts";
import { clustersOf } from "../../../src/scenarios/differences/cluster.ts";
import type { HtmlReportInput } from "../../../src/scenarios/report/html-report.ts";
import { TimelineBuilder } from "../../../src/scenarios/report/timeline.ts";
import { nanos } from "../../../src/time/nanos.ts";

const shown = (line: number, value: object) => ({ line, at: line * 1_000_000, text: JSON.stringify(value) });

/** A register that was renamed, and a device that tries to write into the page. */
export const HOSTILE = '<img src="http://127.0.0.1:9/x.png" onerror="document.title=1">';

const renamed: Exemplar = {
  kind: "changed",
  stream: "modbus-session",
  type: "state",
  path: "value.latency",
  before: "12",
  after: '"12 ms"',
  expected: shown(4, {
    type: "output",
    at: 4_000_000,
    machine: "modbus-session",
    value: { type: "state", latency: 12 },
  }),
  actual: shown(4, {
    type: "output",
    at: 4_000_000,
    machine: "modbus-session",
    value: { type: "state", latency: "12 ms" },
  }),
  context: {
    expected: { before: [shown(3, { said: HOSTILE })], after: [shown(5, { said: "later" })] },
    actual: { before: [shown(3, { said: HOSTILE })], after: [] },
  },
  states: { before: shown(2, { state: "idle" }) },
  tape: { line: 9, bytes: { channel: 0, dir: "rx", start: 20, hex: "00010000000501030200090a0b", span: [22, 9] } },
};

const differences: CaseDifferences = {
  findings: [
    { signature: 'modbus-session state value.latency changed: # → "# ms"', count: 3, together: 0, exemplar: renamed },
  ],
  differences: 3,
  unlisted: 0,
  folded: 0,
  gaveUp: false,
  expected: 10,
  actual: 10,
  diff: "/tmp/diff.jsonl",
};

const result = (name: string, outcome: CaseResult["outcome"]): CaseResult => ({ name, outcome, fed: 12, said: 10 });

/** A run with every kind of outcome, and one long case with a picture. */
export function sampleRun(): HtmlReportInput {
  const results: CaseResult[] = [
    result("modbus/late reply", { type: "different", words: "line 4: 12, said 12 ms", pending: "/tmp/p", differences }),
    result("nmea/receiver", { type: "unmet", unmet: [{ key: "expect[0]", why: "nothing like it", record: HOSTILE }] }),
    result("slip/sensor", { type: "broken", relation: "re-chunk", words: "frames differ" }),
    result("cobs/new", { type: "new", pending: "/tmp/p" }),
    result("old", { type: "orphan", folder: "corpora/old" }),
    result("gappy", { type: "unexplained", gaps: 2 }),
    result("clock", { type: "unstable", words: "at differs" }),
    result("crash", { type: "failed", code: "SUBJECT_CRASHED", words: HOSTILE }),
    result("fine", { type: "passed" }),
  ];
  const builder = new TimelineBuilder();
  for (let n = 0; n < 5_000; n += 1)
    builder.takeHeard({ type: "raw", at: nanos(n * 700_000), channel: 0, dir: "rx", bytes: new Uint8Array(n % 40) });
  builder.takeHeard({ type: "gap", at: nanos(2e9), cause: "overrun", bytes: 48 });
  builder.takeHeard({ type: "mark", at: nanos(3e9), label: HOSTILE });
  builder.takeSaid({
    type: "output",
    at: nanos(1e9),
    machine: "modbus-session",
    value: { type: "state", state: "waiting" },
  });
  return {
    title: "corpora",
    version: "0.1.0",
    results,
    clusters: clustersOf([{ name: "modbus/late reply", differences }]),
    pictures: new Map([["modbus/late reply", { timeline: builder.build(), divergedAt: 2_500_000_000 }]]),
  };
}
