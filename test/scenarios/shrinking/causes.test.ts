import { describe, expect, test } from "vitest";
import type { Framer } from "../../../src/machine/machine.ts";
import { LINES_OPTIONS, lines } from "../../../src/protocol/lines.ts";
import { settled } from "../../../src/scenarios/shrinking/candidate.ts";
import { expectationSymptoms, failureSymptoms, sayingSymptoms } from "../../../src/scenarios/shrinking/symptoms.ts";
import { readsOf, seated, shownBy, shrunk, tapeOf } from "./shrinking.ts";

const text = (line: string) => new TextEncoder().encode(line);
const tapeSaying = (...said: readonly string[]) => tapeOf(said.map((line) => ({ bytes: text(`${line}\n`) })));
const linesOf = (reads: readonly string[]) => reads.map((read) => Buffer.from(read, "hex").toString());
const subject = seated(lines, { ...LINES_OPTIONS });

describe("a subject that crashes", () => {
  /** Throws at some lines; the number in what it throws is another each time. */
  const fragile: Framer<typeof LINES_OPTIONS, ReturnType<typeof lines.initial>> = {
    ...lines,
    step(state, input, at) {
      const step = lines.step(state, input, at);
      for (const { text: said } of step.outputs) {
        if (String(said).includes("boom")) throw new Error(`no room for ${at} bytes`);
        if (String(said).includes("bang")) throw new Error("the table is full");
      }
      return step;
    },
  };

  test("is made to crash in the same way by less", async () => {
    const crashing = seated(fragile, { ...LINES_OPTIONS });
    const tape = tapeSaying("one", "two boom", "three", "bang", "boom");
    const { candidate, signature } = await shrunk(tape, crashing, failureSymptoms(crashing));
    expect(signature).toBe("crashes: lines failed at # ns: no room for # bytes");
    expect(linesOf(readsOf(candidate))).toEqual(["boom\n"]);
  });
});

describe("an expectation", () => {
  test("that a record breaks is broken by that record alone, and another that is broken earlier is not taken for it", async () => {
    const symptoms = expectationSymptoms(subject, [
      { some: 'text = "one"' },
      { never: 'text ~ "^E[0-9]"' },
      { never: 'text = "two"' },
    ]);
    const { candidate, signature } = await shrunk(tapeSaying("one", "two", "E07 pump", "three"), subject, symptoms);
    expect(signature).toBe('expect[1]: said, and never to be: text ~ "^E[#-#]"');
    expect(linesOf(readsOf(candidate))).toEqual(["E0\n"]);
  });

  test("that nothing is said meets is no symptom: an empty tape would show it too", async () => {
    expect(await shownBy(expectationSymptoms(subject, [{ some: 'text = "four"' }]), tapeSaying("one"))).toEqual([]);
  });

  test("of an order keeps both that are in it", async () => {
    const symptoms = expectationSymptoms(subject, [{ never: 'text = "stop"', after: 'text = "start"' }]);
    const tape = tapeSaying("stop", "a", "start", "b", "c", "stop", "d");
    const { candidate } = await shrunk(tape, subject, symptoms);
    expect(linesOf(readsOf(candidate))).toEqual(["start\nstop\n"]);
  });
});

describe("faults", () => {
  const tape = () => tapeSaying("one", "two", "three", "four", "five");

  test("that do not matter are left out, and the one that does stays where it was", async () => {
    const faulty = {
      ...tape(),
      faults: [
        { fault: "drop", type: "raw", record: 3 },
        { fault: "truncate", type: "raw", record: 6, keep: 3 },
        { fault: "duplicate", type: "raw", times: 2, record: 7 },
      ],
    } as const;
    const { candidate } = await shrunk(faulty, subject, sayingSymptoms(subject, 'text ~ "^fou.*"'));
    expect(await shownBy(sayingSymptoms(subject, 'text ~ "^fou.*"'), candidate)).toHaveLength(1);
    const cut = await shrunk(faulty, subject, sayingSymptoms(subject, 'text ~ "^foufive"'));
    expect(cut.candidate.faults).toEqual([faulty.faults[1]]);
    expect(linesOf(readsOf(cut.candidate))).toEqual(["fou\n", "five\n"]);
    expect(settled(cut.candidate).faults).toMatchObject([{ fault: "truncate", record: 3 }]);
  });

  test("that find nothing to disturb make a candidate no scenario", async () => {
    const faulty = { ...tape(), faults: [{ fault: "drop", type: "raw", where: "bytes = 77" }] } as const;
    expect(await shownBy(sayingSymptoms(subject, 'text = "one"'), faulty)).toEqual([]);
  });
});
