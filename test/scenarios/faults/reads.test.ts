import { expect, test } from "vitest";
import { type Transform, transformRecords } from "../../../src/tape/transform.ts";
import { channel, end, mark, raw } from "../../replayer/toy-tape.ts";
import { disturbance, disturbed, told } from "./disturbing.ts";

const TAPE = [
  channel(0),
  raw(10, 0, "tx", "ask"),
  raw(20, 0, "rx", "abcd"),
  mark(25, "here"),
  raw(30, 0, "rx", "efgh"),
  raw(40, 0, "rx", "ijkl"),
  end(50),
];

test.for([
  ["a read on a line is lost", { fault: "drop", record: 3 }, ["10 tx ask", "30 rx efgh", "40 rx ijkl"]],
  ["a read from a time on is lost", { fault: "drop", at: "11ns" }, ["10 tx ask", "30 rx efgh", "40 rx ijkl"]],
  ["the read behind a mark is lost", { fault: "drop", mark: "here" }, ["10 tx ask", "20 rx abcd", "40 rx ijkl"]],
  ["every read that a predicate names is lost", { fault: "drop", where: "dir = rx" }, ["10 tx ask"]],
  [
    "only some of those that a predicate names are lost",
    { fault: "drop", where: "dir = rx", skip: 1, count: 1 },
    ["10 tx ask", "20 rx abcd", "40 rx ijkl"],
  ],
  [
    "a lost read may leave a gap",
    { fault: "drop", record: 5, gap: "overrun" },
    ["10 tx ask", "20 rx abcd", "30 gap rx overrun", "40 rx ijkl"],
  ],
  [
    "a read comes three times",
    { fault: "duplicate", record: 2, times: 2 },
    ["10 tx ask", "10 tx ask", "10 tx ask", "20 rx abcd", "30 rx efgh", "40 rx ijkl"],
  ],
  [
    "a late read holds up those behind it on its direction",
    { fault: "delay", record: 3, by: "15ns" },
    ["10 tx ask", "35 rx abcd", "35 rx efgh", "40 rx ijkl"],
  ],
  [
    "a read that is later than the tape comes before its end",
    { fault: "delay", record: 6, by: "1s" },
    ["10 tx ask", "20 rx abcd", "30 rx efgh", "1000000040 rx ijkl"],
  ],
  [
    "a read is overtaken by the next",
    { fault: "reorder", record: 3 },
    ["10 tx ask", "30 rx efgh", "30 rx abcd", "40 rx ijkl"],
  ],
  [
    "a read at the end is overtaken by nobody",
    { fault: "reorder", record: 6, behind: 3 },
    ["10 tx ask", "20 rx abcd", "30 rx efgh", "50 rx ijkl"],
  ],
  [
    "only the first bytes of a read arrive",
    { fault: "truncate", record: 3, keep: 1 },
    ["10 tx ask", "20 rx a", "30 rx efgh", "40 rx ijkl"],
  ],
  [
    "a read comes in two pieces",
    { fault: "split", record: 3, offset: 1 },
    ["10 tx ask", "20 rx a", "20 rx bcd", "30 rx efgh", "40 rx ijkl"],
  ],
  [
    "the second piece comes late, and the next read behind it",
    { fault: "split", record: 3, offset: -1, by: "15ns" },
    ["10 tx ask", "20 rx abc", "35 rx d", "35 rx efgh", "40 rx ijkl"],
  ],
  ["three reads come as one", { fault: "join", record: 3, reads: 3 }, ["10 tx ask", "40 rx abcdefghijkl"]],
  [
    "a read waits in vain for another one",
    { fault: "join", record: 6 },
    ["10 tx ask", "20 rx abcd", "30 rx efgh", "50 rx ijkl"],
  ],
] as const)("%s", ([, fault, expected]) => {
  expect(told(disturbed(TAPE, fault))).toEqual(expected);
});

test.for(["bit", "byte", "burst"] as const)("a damaged %s is another than it was, and nothing else is", (damage) => {
  for (let seed = 0; seed < 50; seed += 1) {
    const { transform } = disturbance([{ fault: "corrupt", record: 3, damage, length: 3, offset: 1 }], seed);
    const before = Array.from(new TextEncoder().encode("abcd"));
    const bytes = bytesOf(transform);
    const changed = bytes.map((byte, index) => byte ^ before[index]!);
    expect(changed.map((bits) => bits !== 0)).toEqual(
      damage === "burst" ? [false, true, true, true] : [false, true, false, false],
    );
    if (damage === "bit") expect(Math.log2(changed[1]!) % 1).toBe(0);
  }
});

test("damage is where the seed has it, and elsewhere with another seed", () => {
  const of = (seed: number) =>
    bytesOf(disturbance([{ fault: "corrupt", where: "dir = rx", damage: "byte" }], seed).transform).join();
  expect(of(7)).toBe(of(7));
  expect(new Set([1, 2, 3, 4, 5, 6, 7, 8].map(of)).size).toBeGreaterThan(4);
});

test("each read is lost by its own chance", () => {
  const many = [channel(0), ...Array.from({ length: 1000 }, (_, at) => raw(at, 0, "rx", "x")), end(1000)];
  const left = told(disturbed(many, { fault: "drop", where: "dir = rx", chance: 0.25 })).length;
  expect(left).toBeGreaterThan(700);
  expect(left).toBeLessThan(800);
});

test("a fault sees the tape as the one before it left it", () => {
  const faults = [
    { fault: "split", record: 3, offset: 2 },
    { fault: "drop", where: 'text = "cd"' },
  ];
  expect(told(disturbed(TAPE, ...faults))).toEqual(["10 tx ask", "20 rx ab", "30 rx efgh", "40 rx ijkl"]);
});

test.for([
  { fault: "drop", record: 99 },
  { fault: "drop", where: "dir = rx and length > 4" },
  { fault: "drop", mark: "there" },
  { fault: "corrupt", record: 6, offset: 4 },
  { fault: "truncate", at: "1s", keep: 1 },
  { fault: "split", record: 3, offset: 4, count: 1, dir: "tx" },
])("a fault that finds nothing is told: %j", (fault) => {
  const one = disturbance([fault]);
  expect(transformRecords(TAPE, one.transform)).toEqual(TAPE);
  expect(one.unplaced().map(({ index }) => index)).toEqual([0]);
});

function bytesOf(transform: Transform): number[] {
  const read = transformRecords(TAPE, transform).find((record) => record.type === "raw" && record.dir === "rx");
  return read?.type === "raw" ? Array.from(read.bytes) : [];
}
