import { expect, test } from "vitest";
import { clustersWords } from "../../src/cli/cluster-words.ts";
import type { CaseDifferences, Exemplar } from "../../src/scenarios/differences/case-differences.ts";
import type { Cluster } from "../../src/scenarios/differences/cluster.ts";

const record = (line: number) => ({ line, at: 10 * line, text: `{"type":"output","value":"${"x".repeat(5_000)}"}` });

const exemplar: Exemplar = {
  kind: "changed",
  stream: "m",
  type: "frame",
  path: "value.a",
  before: "1",
  expected: record(4),
  actual: record(4),
  context: {
    expected: { before: [1, 2, 3].map(record), after: [5, 6, 7].map(record) },
    actual: { before: [], after: [] },
  },
  states: { before: record(2), expected: record(5), actual: record(6) },
  tape: { line: 9, bytes: { channel: 0, dir: "rx", start: 10, hex: "00010203", span: [11, 2] } },
};

const cluster = (n: number, cases: number): Cluster => ({
  id: `id${n}`,
  signature: `m frame value.a${n} changed`,
  signatures: Array.from({ length: 50 }, (_, index) => `signature ${index}`),
  differences: cases,
  cases: Array.from({ length: cases }, (_, index) => `case-${index}`),
  alone: 1,
  exemplar,
  exemplarCase: "case-0",
});

const differences: CaseDifferences = {
  findings: [],
  differences: 1,
  unlisted: 0,
  folded: 0,
  gaveUp: true,
  expected: 1,
  actual: 1,
  diff: "/somewhere/differences.jsonl",
};

const words = (clusters: readonly Cluster[]) =>
  clustersWords(clusters, { differencesOf: () => differences }).join("\n");

test("one cause over a hundred thousand cases stays on one screen", () => {
  const text = words([cluster(1, 100_000)]);
  expect(text.split("\n").length).toBeLessThanOrEqual(60);
  expect(text.length).toBeLessThan(10_000);
  expect(text).toContain("99999 of them have other causes too: case-0, case-1, case-2, case-3, case-4, … 99995 more");
  expect(text).toContain("value.a: 1 → (absent)");
  expect(text).toContain("00[0102]03  (channel 0 rx, from byte 10)");
});

test("of many causes the first are shown, some named and the rest counted", () => {
  const text = words(Array.from({ length: 5_000 }, (_, n) => cluster(n, 1)));
  expect(text).toContain("cause 5 of 5000: id4");
  expect(text).toContain("cause 25 of 5000: id24  1 case  m frame value.a24 changed");
  expect(text).toContain("… and 4975 more causes");
  expect(text.split("\n").length).toBeLessThan(200);
});

test("records that could only be paired in order are said to be", () => {
  expect(words([cluster(1, 1)])).toContain("case-0 has too little in common with its golden");
});
