import { unreachable } from "../../errors.ts";
import { decide, note, undo } from "../../scenarios/review/decisions.ts";
import { intentOf } from "./key-table.ts";
import { typed } from "./prompt.ts";
import { REVIEW_KEYS, type ReviewIntent } from "./review-keys.ts";
import { bodyHeight, bodyLines } from "./review-lines.ts";
import type { ReviewEvent, ReviewLevel, ReviewStep, ReviewView } from "./review-view.ts";

const LEVELS: readonly ReviewLevel[] = ["causes", "cases", "records"];

/** The review screen's whole logic. */
export function reduceReview(view: ReviewView, event: ReviewEvent): ReviewStep {
  if (event.type === "resized") return seen({ ...view, size: event.size });
  if (view.prompt !== undefined) return seen(answered(view, view.prompt, event.key));
  const calm = { ...view, help: false, message: undefined, leaving: false };
  const intent = intentOf(REVIEW_KEYS, event.key);
  return intent === undefined ? seen(calm) : meant(calm, intent, view);
}

function meant(view: ReviewView, intent: ReviewIntent, before: ReviewView): ReviewStep {
  const page = bodyHeight(view);
  switch (intent) {
    case "up":
      return seen(moved(view, -1));
    case "down":
      return seen(moved(view, 1));
    case "page-up":
      return seen(moved(view, -page));
    case "page-down":
      return seen(moved(view, page));
    case "first":
      return seen(moved(view, Number.NEGATIVE_INFINITY));
    case "last":
      return seen(moved(view, Number.POSITIVE_INFINITY));
    case "deeper":
      return seen(atLevel(view, 1));
    case "back":
      return seen(atLevel(view, -1));
    case "accept":
    case "reject":
    case "note":
      return seen({ ...view, prompt: { asks: intent, text: startingText(view, intent) } });
    case "undo":
      return seen({ ...view, decisions: undo(view.decisions) });
    case "write":
      return { state: view, commands: [{ type: "write" }] };
    case "help":
      return seen({ ...view, help: !before.help });
    case "leave":
      return left(view, before.leaving);
    default:
      return unreachable(intent);
  }
}

/** What was decided and not written is not thrown away by one key. */
function left(view: ReviewView, warned: boolean): ReviewStep {
  if (warned || view.decisions.past.length === 0) return { state: view, commands: [{ type: "leave" }] };
  const text = "nothing is written yet: w writes what was decided, q again leaves it";
  return seen({ ...view, leaving: true, message: { text, bad: true } });
}

function answered(view: ReviewView, prompt: NonNullable<ReviewView["prompt"]>, key: string): ReviewView {
  const outcome = typed(prompt, key);
  if (outcome.type === "typing") return { ...view, prompt: outcome.prompt };
  const closed = { ...view, prompt: undefined };
  const cause = view.clusters[view.cause]?.id;
  if (outcome.type === "left" || cause === undefined) return closed;
  const { text } = outcome;
  if (prompt.asks === "note") return { ...closed, decisions: note(view.decisions, cause, text) };
  if (text === "") return { ...closed, message: { text: "it needs a reason", bad: true } };
  const decisions = decide(view.decisions, cause, { type: prompt.asks, reason: text });
  // The next one to decide; at the end of the list it stays where it is.
  return { ...moved({ ...closed, decisions, level: "causes" }, 1), top: 0 };
}

/** A decision is made anew from its words, a note goes on from where it was. */
function startingText({ clusters, cause, decisions }: ReviewView, asks: "accept" | "reject" | "note"): string {
  const id = clusters[cause]?.id ?? "";
  return (asks === "note" ? decisions.notes.get(id) : decisions.decided.get(id)?.reason) ?? "";
}

/** On the list of causes from one to another; deeper down the text rolls. */
function moved(view: ReviewView, by: number): ReviewView {
  if (view.level === "causes") return { ...view, cause: within(view.cause + by, view.clusters.length - 1) };
  const last = bodyLines(view).length - bodyHeight(view);
  return { ...view, top: within(view.top + by, Math.max(0, last)) };
}

const within = (place: number, last: number): number => Math.min(last, Math.max(0, place));

function atLevel(view: ReviewView, by: 1 | -1): ReviewView {
  const level = LEVELS[within(LEVELS.indexOf(view.level) + by, LEVELS.length - 1)] ?? "causes";
  return level === view.level ? view : { ...view, level, top: 0 };
}

const seen = (state: ReviewView): ReviewStep => ({ state, commands: [] });
