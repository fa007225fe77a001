import { expect, test } from "vitest";
import type { Said } from "../../../src/replayer/divergence.ts";
import { type CaseFindings, clusterId, clustersOf } from "../../../src/scenarios/differences/cluster.ts";
import { findDifferences } from "../../../src/scenarios/differences/find-differences.ts";
import { findingsOf } from "../../../src/scenarios/differences/findings.ts";
import { frame, placed, said } from "./recordings.ts";

async function findings(name: string, before: readonly Said[], after: readonly Said[]): Promise<CaseFindings> {
  const [expected, actual] = [placed(before), placed(after)];
  const tape = (async function* () {})();
  const found = findDifferences(expected, actual);
  return { name, differences: await findingsOf(found, { expected, actual }, { tape, diff: `/${name}` }) };
}

const readings = (count: number, members: (n: number) => { readonly [key: string]: string | number }): Said[] =>
  Array.from({ length: count }, (_, n) => frame(n, members(n)));

test("one cause over many cases is one cluster", async () => {
  const cases = await Promise.all(
    ["a", "b", "c"].map((name, index) =>
      findings(
        name,
        readings(9 + index, (n) => ({ reading: n })),
        readings(9 + index, (n) => ({ value: n })),
      ),
    ),
  );
  expect(clustersOf(cases)).toMatchObject([
    {
      signature: "meter frame value.reading renamed: value",
      cases: ["a", "b", "c"],
      differences: 30,
      alone: 3,
      exemplarCase: "a",
    },
  ]);
});

test("members that always change together in the same records are one cause", async () => {
  const before = readings(5, (n) => ({ state: "answered", latency: n }));
  const after = readings(5, (n) => (n === 2 ? { state: "late" } : { state: "answered", latency: n }));
  const clusters = clustersOf([await findings("a", before, after), await findings("b", before, after)]);
  expect(clusters).toHaveLength(1);
  expect(clusters[0]).toMatchObject({ alone: 2, differences: 4, id: clusterId(...clusters[0]!.signatures) });
  expect(clusters[0]!.signatures).toHaveLength(2);
});

test("a change in a frame and in the state that is made of it is one cause, and in other cases it is two", async () => {
  const talk = (unit: string, stateUnit = unit): Said[] => [
    frame(0, { unit }),
    said(1_500, { type: "state", state: "answered", unit: stateUnit }, "session"),
    frame(1, { unit }),
  ];
  const both = clustersOf([
    await findings("a", talk("degree"), talk("kelvin")),
    await findings("b", talk("degree"), talk("kelvin")),
  ]);
  expect(both).toHaveLength(1);
  expect(both[0]).toMatchObject({ alone: 2, differences: 6, cases: ["a", "b"] });
  expect(both[0]!.signatures.map((signature) => signature.split(" ").slice(0, 2))).toEqual([
    ["meter", "frame"],
    ["session", "state"],
  ]);
  const apart = clustersOf([
    await findings("a", talk("degree"), talk("kelvin")),
    await findings("b", talk("degree"), talk("degree", "kelvin")),
  ]);
  expect(apart.map(({ cases }) => cases)).toEqual([["a", "b"], ["a"]]);
});

test("what comes together in one case and alone in another is two causes", async () => {
  const before = readings(5, (n) => ({ state: "answered", latency: n }));
  const both = readings(5, (n) => (n === 2 ? { state: "late" } : { state: "answered", latency: n }));
  const one = readings(5, (n) => (n === 2 ? { state: "late", latency: n } : { state: "answered", latency: n }));
  const clusters = clustersOf([await findings("a", before, both), await findings("b", before, one)]);
  expect(clusters.map(({ cases, alone }) => [cases, alone])).toEqual([
    [["a", "b"], 1],
    [["a"], 0],
  ]);
});

test("the cause of most cases comes first, in whatever order its cases were run", async () => {
  const common = await findings(
    "a",
    readings(3, (n) => ({ x: n })),
    readings(3, (n) => ({ y: n })),
  );
  const again = { ...common, name: "b" };
  const rare = await findings(
    "c",
    readings(9, (n) => ({ x: n })),
    readings(9, () => ({ x: "gone" })),
  );
  const signatures = (cases: CaseFindings[]) => clustersOf(cases).map(({ signature }) => signature);
  expect(signatures([rare, common, again])).toEqual(signatures([common, rare, again]));
  expect(signatures([rare, common, again])[0]).toContain("renamed");
});

test("an exemplar shows three records around it and the states before and after", async () => {
  const talk = (late: boolean): Said[] =>
    Array.from({ length: 9 }, (_, n) => said(n * 10, { type: "state", state: late && n === 4 ? "late" : `s${n}` }));
  const { differences } = await findings("a", talk(false), talk(true));
  const [finding] = differences.findings;
  expect(finding!.exemplar.context.expected.before.map(({ line }) => line)).toEqual([2, 3, 4]);
  expect(finding!.exemplar.context.actual.after.map(({ line }) => line)).toEqual([6, 7, 8]);
  expect(finding!.exemplar.states.before?.text).toContain('"s3"');
  expect(finding!.exemplar.states.expected?.text).toContain('"s4"');
  expect(finding!.exemplar.states.actual?.text).toContain('"late"');
});

test("what crosses to the run is bounded, whatever differs", async () => {
  const nasty = (from: string) =>
    Array.from({ length: 300 }, (_, n) =>
      said(
        n,
        { type: `t${from}${String.fromCharCode(97 + (n % 26))}${n % 7}`, text: "x".repeat(9_000) },
        `m${from}${n}`,
      ),
    );
  const { differences } = await findings("a", nasty("a"), nasty("b"));
  expect(differences.differences).toBe(600);
  expect(differences.findings).toHaveLength(50);
  expect(differences.unlisted).toBe(550);
  expect(JSON.stringify(differences).length).toBeLessThan(1_000_000);
});

test("what stands in different records of the same cases is two causes", async () => {
  const before = readings(5, (n) => ({ state: "answered", latency: n }));
  const after = readings(5, (n) => ({ state: n === 1 ? "late" : "answered", latency: n === 3 ? "gone" : n }));
  const clusters = clustersOf([await findings("a", before, after), await findings("b", before, after)]);
  expect(clusters).toHaveLength(2);
  expect(clusters.map(({ alone }) => alone)).toEqual([0, 0]);
});
