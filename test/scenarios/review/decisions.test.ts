import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { type Decisions, decide, NOTHING_DECIDED, note, undo } from "../../../src/scenarios/review/decisions.ts";

const plain = ({ decided, notes }: Decisions) => ({ decided: [...decided], notes: [...notes] });

describe("a review", () => {
  test("keeps the last decision of a cause, with its reason", () => {
    const first = decide(NOTHING_DECIDED, "a", { type: "reject", reason: "a bug" });
    const second = decide(first, "a", { type: "accept", reason: "it is meant" });
    expect([...second.decided]).toEqual([["a", { type: "accept", reason: "it is meant" }]]);
    expect([...first.decided]).toEqual([["a", { type: "reject", reason: "a bug" }]]);
  });

  test("of which nothing is left to take back stays as it is", () => {
    expect(undo(NOTHING_DECIDED)).toBe(NOTHING_DECIDED);
  });

  test("loses a note that was emptied", () => {
    expect(note(note(NOTHING_DECIDED, "a", "ask Ada"), "a", "").notes.size).toBe(0);
  });

  const change = fc.oneof(
    fc.record({ type: fc.constantFrom("accept" as const, "reject" as const), cause: fc.constantFrom("a", "b", "c") }),
    fc.record({ type: fc.constant("note" as const), cause: fc.constantFrom("a", "b", "c") }),
  );
  test.prop([fc.array(change, { maxLength: 30 })])("is taken back step by step to where it began", (changes) => {
    const stages: Decisions[] = [NOTHING_DECIDED];
    for (const [index, { type, cause }] of changes.entries()) {
      const before = stages.at(-1) ?? NOTHING_DECIDED;
      const text = `${index}`;
      stages.push(type === "note" ? note(before, cause, text) : decide(before, cause, { type, reason: text }));
    }
    let decisions = stages.at(-1) ?? NOTHING_DECIDED;
    for (const stage of stages.toReversed().slice(1)) {
      decisions = undo(decisions);
      expect(plain(decisions)).toEqual(plain(stage));
    }
  });
});
