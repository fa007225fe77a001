import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../src/bytes/json.ts";
import { Answers } from "../../src/plugin/answers.ts";
import { TABLE_START } from "../../src/plugin/output-table.ts";
import { SaidLines } from "../../src/plugin/said-lines.ts";
import type { OutputRecord, TapeRecord } from "../../src/tape/record.ts";
import { nanos } from "../../src/time/nanos.ts";

const REACH = nanos(1_000_000);

/** What the other side hears of these bytes, and what it finds wrong with them. */
function heard(text: string, cut = text.length): { said: readonly TapeRecord[]; broke: readonly string[] } {
  const broke: string[] = [];
  let said: readonly TapeRecord[] = [];
  const answered = (_: unknown, all: readonly TapeRecord[]): void => {
    said = all;
  };
  const answers = new Answers({ answered, broke: (problem) => broke.push(problem) });
  answers.begin();
  answers.ask({ answer: "done", id: 1, reach: REACH });
  const bytes = new TextEncoder().encode(`${text}{"type":"done","id":1,"deadline":null}\n`);
  for (let start = 0; start < bytes.length; start += cut) answers.take(bytes.slice(start, start + cut));
  return { said, broke };
}

const output = (at: number, value: Json, channel?: number, machine = "meter"): OutputRecord => ({
  type: "output",
  at: nanos(at),
  machine,
  ...(channel === undefined ? {} : { channel }),
  value,
});

function lines(records: readonly TapeRecord[]): string {
  const said = new SaidLines();
  for (const record of records) said.append(record);
  return said.take();
}

const anyOutput = fc
  .tuple(
    fc.constantFrom("meter", "watch"),
    fc.option(fc.nat(2), { nil: undefined }),
    fc.oneof(fc.json({ maxDepth: 3 }), fc.constantFrom('{"type":"frame","span":[0,4]}', '{"type":"state","a":null}')),
  )
  .map(([machine, channel, json]) => output(7, JSON.parse(json) as Json, channel, machine));

describe("what a subject says", () => {
  it("is heard as it was said, however the bytes are cut", () => {
    fc.assert(
      fc.property(fc.array(anyOutput, { maxLength: 200 }), fc.integer({ min: 1, max: 3000 }), (records, cut) => {
        expect(heard(lines(records), cut)).toStrictEqual({ said: records, broke: [] });
      }),
      { numRuns: 200 },
    );
  });

  it("goes into tables, names once, in the order of saying", () => {
    const frames = [0, 1, 2].map((n) => output(n, { type: "frame", span: [n * 4, 4] }, 0));
    const [first, second] = lines([...frames, output(3, { type: "state", state: "open" }, 1)]).split("\n");
    expect(first).toBe(
      '{"type":"outputs","shapes":[["meter",0,["type","span"]],["meter",1,["type","state"]]],"rows":[[0,0,"frame",[0,4]],[0,1,"frame",[4,4]],[0,2,"frame",[8,4]],[1,3,"state","open"]]}',
    );
    expect(second).toBe("");
  });

  it("keeps its place when something between is no row", () => {
    const sent: TapeRecord = { type: "raw", at: nanos(2), channel: 0, dir: "tx", bytes: new Uint8Array([1, 2]) };
    const text = lines([output(1, { a: 1 }), sent, output(3, { a: 2 }), output(4, 5), output(5, { a: undefined })]);
    expect(text.split("\n").map((line) => line.slice(0, 17))).toStrictEqual([
      '{"type":"outputs"',
      '{"type":"raw","at',
      '{"type":"outputs"',
      '{"type":"output",',
      '{"type":"output",',
      "",
    ]);
  });

  it("stays a table beside one that leaves a member out", () => {
    const text = lines([output(1, { a: 1 }), output(2, { a: undefined, b: 3 })]);
    expect(text.split("\n").map((line) => line.slice(0, 17))).toStrictEqual([
      '{"type":"outputs"',
      '{"type":"output",',
      "",
    ]);
    expect(heard(text).said).toStrictEqual([output(1, { a: 1 }), output(2, { b: 3 })]);
  });

  it("is not what JSON cannot say, nor longer than a line", () => {
    const unsayable = [Number.NaN, Number.POSITIVE_INFINITY, Array.from<Json>({ length: 1 })];
    for (const value of unsayable) expect(() => lines([output(1, { a: { b: value } })])).toThrow(/which JSON|a double/);
    const long = { text: "x".repeat(600_000) };
    expect(heard(lines([output(1, long), output(2, long)])).said).toStrictEqual([output(1, long), output(2, long)]);
    expect(() => lines([output(1, { text: "x".repeat(1 << 20) })])).toThrow(/longer than/);
  });

  it("keeps a member of any name", () => {
    const value = JSON.parse('{"__proto__":{"a":1},"b":2}') as Json;
    expect(heard(lines([output(1, value), output(2, { b: 2 })])).said).toStrictEqual([
      output(1, value),
      output(2, { b: 2 }),
    ]);
  });
});

describe("a table that is wrong", () => {
  const table = (shapes: string, rows: string) => heard(`${TABLE_START}${shapes},"rows":${rows}}\n`).broke.join();

  it.each([
    ["no JSON", '[["m",0,["a"]]', "[]", /not JSON/],
    ["a channel that none can be", '[["m",1000000,["a"]]]', "[]", /shapes/],
    ["a name that would be a prototype", '[["m",0,["__proto__"]]]', "[[0,0,{}]]", /is no name/],
    ["a row that is no list", '[["m",0,["a"]]]', "[[0,0,1],7]", /row 1 is not a list/],
    ["a shape that is not there", '[["m",0,["a"]]]', "[[1,0,1]]", /row 0 has a shape that is not there/],
    ["no time", '[["m",0,["a"]]]', "[[0,-1,1]]", /row 0 has no time/],
    ["too few members", '[["m",0,["a","b"]]]', "[[0,0,1]]", /row 0 has 1 members where its shape has 2/],
    ["a member nested too deep", '[["m",0,["a"]]]', `[[0,0,${"[".repeat(64)}${"]".repeat(64)}]]`, /nested deeper/],
    ["a time that has not come", '[["m",0,["a"]]]', "[[0,1000001,1]]", /has not come yet/],
    ["a time that goes back", '[["m",0,["a"]]]', "[[0,5,1],[0,4,1]]", /went back in time/],
  ])("is refused in words: %s", (_, shapes, rows, problem) => {
    expect(table(shapes, rows)).toMatch(problem);
  });
});
