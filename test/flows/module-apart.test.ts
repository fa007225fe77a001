import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resolveSubject } from "../../src/cli/subjects.ts";
import type { OpenOptions, Subject } from "../../src/replayer/subject.ts";
import type { RawRecord, TapeRecord } from "../../src/tape/record.ts";
import { nanos } from "../../src/time/nanos.ts";
import { ownProject } from "./held-subjects.ts";

/** Answers each line 3 ns later, and says every 10 ns that it is there. */
const SOURCE = `export const PLUGIN_ABI = 1;
export const create = ({ role }) => ({
  role,
  framer: { subject: "lines" },
  session: {
    name: "mine",
    initial: () => ({ due: [], tick: 10, heard: new Uint8Array(2) }),
    step(state, input, at) {
      const outputs = [];
      if (input.type === "frame") { state.due.push({ at: at + 3, text: input.frame.text }); state.heard[0] += 1; }
      if (input.type !== "elapsed") return { state, outputs };
      while (state.due[0]?.at <= at) {
        const { text } = state.due.shift();
        if (role === "participant") outputs.push({ type: "send", bytes: new TextEncoder().encode("re: " + text + "\\n") });
        outputs.push({ type: "say", value: { type: "state", state: text, heard: state.heard[0] } });
      }
      if (state.tick <= at) { state.tick = at + 10; outputs.push({ type: "say", value: { type: "state", tick: at } }); }
      return { state, outputs };
    },
    deadline: (state) => Math.min(state.tick, state.due[0]?.at ?? Infinity),
  },
});
`;

const OPEN: OpenOptions = { config: {}, channels: [], seed: 0, faults: [] };
const { signal } = new AbortController();

const FRAMES = 'export const PLUGIN_ABI = 1;\nexport const create = () => ({ framer: { subject: "lines" } });\n';

async function subjects(
  role: Subject["role"] = "observer",
  source = SOURCE,
): Promise<{ here: Subject; apart: Subject; open: OpenOptions }> {
  const folder = ownProject({}, { "mine/mine.mjs": source });
  const config = { subjects: { mine: { module: "./mine/mine.mjs", options: { role } } } };
  const loaded = { config, file: join(folder, "fieldtape.config.json") };
  const [here, apart] = await Promise.all([
    resolveSubject("mine", undefined, { ...loaded, inProcess: true }),
    resolveSubject("mine", undefined, loaded),
  ]);
  return { here: here.subject, apart: apart.subject, open: { ...OPEN, config: { role } } };
}

const read = (at: number, text: string): RawRecord => ({
  type: "raw",
  at: nanos(at),
  channel: 0,
  dir: "rx",
  bytes: new TextEncoder().encode(text),
});

/** What is said when the records are fed in portions of these sizes, up to the end. */
async function said(
  subject: Subject,
  options: OpenOptions,
  { records, cuts, until }: { records: readonly RawRecord[]; cuts: readonly number[]; until: number },
): Promise<{ outputs: readonly TapeRecord[]; deadline: number | undefined }> {
  await using run = await subject.open(options);
  const outputs: TapeRecord[] = [];
  let start = 0;
  for (const cut of cuts) {
    const portion = records.slice(start, start + cut);
    const next = records[start + portion.length];
    if (next === undefined) break;
    start += portion.length;
    outputs.push(...(await run.advance(portion, nanos(next.at - 1), signal)).outputs);
  }
  const last = await run.advance(records.slice(start), nanos(until), signal);
  return { outputs: [...outputs, ...last.outputs], deadline: last.deadline };
}

const tapes = fc
  .array(fc.tuple(fc.nat(7), fc.constantFrom("one\n", "tw", "o\n", "\n\n", "žluť\n", "\0\xff\n")), { maxLength: 12 })
  .map((parts) => {
    let at = 0;
    return parts.map(([pause, text]) => {
      at += pause;
      return read(at, text);
    });
  });

describe("a module in a process of its own", () => {
  test("says the same, at the same times, with the same deadline, however it is fed", async () => {
    for (const role of ["observer", "participant"] as const) {
      const { here, apart, open } = await subjects(role);
      expect(apart.role).toBe(role);
      await fc.assert(
        fc.asyncProperty(tapes, fc.array(fc.nat(3), { maxLength: 8 }), async (records, cuts) => {
          const until = (records.at(-1)?.at ?? 0) + 40;
          const expected = await said(here, open, { records, cuts: [], until });
          expect(await said(apart, open, { records, cuts, until })).toEqual(expected);
        }),
        { numRuns: 60 },
      );
    }
  });

  test("is told long reads in portions, which nobody sees", async () => {
    const { here, apart, open } = await subjects("observer", FRAMES);
    const records = Array.from({ length: 4 }, (_, index) => read(index, "a\n".repeat(30_000)));
    const whole = { records, cuts: [], until: 40 };
    const expected = await said(here, open, whole);
    expect(expected.outputs.length).toBe(120_000);
    const actual = await said(apart, open, whole);
    expect(actual.outputs.length).toBe(expected.outputs.length);
    expect(JSON.stringify(actual) === JSON.stringify(expected)).toBe(true);
  });

  test("goes on from a snapshot, its own or one of the same module in this process", async () => {
    const { here, apart, open } = await subjects();
    for (const [taker, taken] of [
      [apart, apart],
      [here, apart],
      [apart, here],
    ] as const) {
      await using run = await taker.open(open);
      await run.advance([read(1, "one\ntw")], nanos(2), signal);
      const snapshot = await run.snapshot?.();
      const rest = await run.advance([read(5, "o\n")], nanos(30), signal);
      await using again = await taken.open({ ...open, ...(snapshot === undefined ? {} : { snapshot }) });
      expect(await again.advance([read(5, "o\n")], nanos(30), signal)).toEqual(rest);
      expect(rest.outputs.length).toBeGreaterThan(3);
    }
  });

  test("says a frame differently, and refuses what no frame says", async () => {
    const { here, apart, open } = await subjects();
    const frame = {
      bytes: new TextEncoder().encode("one\n"),
      value: { type: "frame", dir: "rx", span: [0, 4], text: "one" },
    } as const;
    for (const subject of [here, apart]) {
      await using run = await subject.open(open);
      const text = async (value: string) => run.rewrite?.(frame, [{ path: ["text"], value }]);
      expect(new TextDecoder().decode(await text("three"))).toBe("three\n");
      expect(await text("two\nlines")).toBeUndefined();
    }
  });

  test("forgets one run when the next begins, and is ended when a run fails", async () => {
    const { apart, open } = await subjects();
    const whole = { records: [read(1, "one\n"), read(2, "two\n")], cuts: [], until: 25 };
    const first = await said(apart, open, whole);
    expect(await said(apart, open, whole)).toEqual(first);
    const broken = { ...whole, records: [{ ...read(1, ""), channel: -1 }] };
    await expect(said(apart, open, broken)).rejects.toMatchObject({ code: "SUBJECT_CRASHED" });
    expect(await said(apart, open, whole)).toEqual(first);
  });

  test("is ended when whoever waits for it gives up", async () => {
    const { apart, open } = await subjects();
    await using run = await apart.open(open);
    const stop = new AbortController();
    stop.abort(new Error("enough"));
    await expect(run.advance([], nanos(1), stop.signal)).rejects.toThrow("enough");
  });
});
