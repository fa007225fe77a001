import { describe, expect, test } from "vitest";
import { reduceReview } from "../../../src/cli/screens/review-reducer.ts";
import type { ReviewCommand, ReviewView } from "../../../src/cli/screens/review-view.ts";
import { reviewOf } from "./review-samples.ts";

/** Presses keys one after the other. */
function press(view: ReviewView, ...keys: readonly string[]): { view: ReviewView; commands: readonly ReviewCommand[] } {
  let state = view;
  const commands: ReviewCommand[] = [];
  for (const key of keys) {
    const step = reduceReview(state, { type: "key", key });
    state = step.state;
    commands.push(...step.commands);
  }
  return { view: state, commands };
}

const typing = (text: string): string[] => [...text].map((character) => (character === " " ? "space" : character));
const decided = ({ decisions }: ReviewView) => Object.fromEntries(decisions.decided);

describe("the review screen", () => {
  test("accepts the cause that is chosen, with the reason that was typed, and goes on to the next", () => {
    const { view } = press(reviewOf(3), "a", ...typing("it is meant"), "enter");
    expect(decided(view)).toEqual({ cause0: { type: "accept", reason: "it is meant" } });
    expect([view.cause, view.level]).toEqual([1, "causes"]);
  });

  test("decides nothing without a reason, or when the question is left", () => {
    const { view } = press(reviewOf(2), "a", "enter");
    expect([decided(view), view.message]).toEqual([{}, { text: "it needs a reason", bad: true }]);
    expect(decided(press(reviewOf(2), "r", ...typing("no"), "escape").view)).toEqual({});
  });

  test("rejects, notes, and takes it back step by step", () => {
    const { view } = press(reviewOf(2), "r", ...typing("a bug"), "enter", "n", ...typing("ask Ada"), "enter");
    expect(decided(view)).toEqual({ cause0: { type: "reject", reason: "a bug" } });
    expect([...view.decisions.notes]).toEqual([["cause1", "ask Ada"]]);
    const back = press(view, "u", "u").view;
    expect([decided(back), back.decisions.notes.size]).toEqual([{}, 0]);
  });

  test("goes on from the words of an earlier decision", () => {
    const { view } = press(reviewOf(1), "a", ...typing("meant"), "enter", "a");
    expect(view.prompt).toEqual({ asks: "accept", text: "meant" });
  });

  test("goes from causes to cases to records and back", () => {
    const levels = ["right", "right", "right", "left", "left", "left"].map(
      (_, index, keys) => press(reviewOf(1), ...keys.slice(0, index + 1)).view.level,
    );
    expect(levels).toEqual(["cases", "records", "records", "cases", "causes", "causes"]);
  });

  test("moves within the causes and never beyond them", () => {
    expect(press(reviewOf(3), "up").view.cause).toBe(0);
    expect(press(reviewOf(3), "down", "down", "down", "down").view.cause).toBe(2);
    expect(press(reviewOf(100), "page-down").view.cause).toBe(19);
    expect(press(reviewOf(100), "end", "home", "end").view.cause).toBe(99);
  });

  test("rolls through the cases of a cause to the last and no further", () => {
    const many = press(reviewOf(1, 100), "right", "end").view;
    expect(many.top).toBeGreaterThan(70);
    expect(press(many, "down").view.top).toBe(many.top);
    expect(press(reviewOf(1, 2), "right", "end").view.top).toBe(0);
  });

  test("asks once before decisions are thrown away", () => {
    const before = press(reviewOf(1), "a", ...typing("meant"), "enter").view;
    const once = press(before, "q");
    expect([once.commands, once.view.message?.bad]).toEqual([[], true]);
    expect(press(once.view, "q").commands).toEqual([{ type: "leave" }]);
    expect(press(once.view, "down", "q").commands).toEqual([]);
    expect(press(before, "w").commands).toEqual([{ type: "write" }]);
  });

  test("leaves at once where nothing was decided", () => {
    expect(press(reviewOf(1), "q").commands).toEqual([{ type: "leave" }]);
  });

  test("shows its keys and hides them with the next", () => {
    expect(press(reviewOf(1), "?").view.help).toBe(true);
    expect(press(reviewOf(1), "?", "?").view.help).toBe(false);
    expect(press(reviewOf(1), "?", "down").view.help).toBe(false);
  });
});
