import { FieldtapeError } from "../../errors.ts";
import type { Cluster } from "../../scenarios/differences/cluster.ts";
import { type Decisions, decide, note, undo } from "../../scenarios/review/decisions.ts";

/** A review without a screen: a command a line, and the words that answer it. */
export interface ReviewTalk {
  readonly clusters: readonly Cluster[];
  readonly decisions: Decisions;
  /** The cause that commands are about, as an index. */
  readonly cause: number;
}

export type TalkOutcome =
  | { readonly type: "on"; readonly talk: ReviewTalk; readonly say: "cause" | "cases" | "list" | "help" }
  | { readonly type: "write" | "leave"; readonly talk: ReviewTalk };

export const REVIEW_HELP = `accept REASON   what it says now is right; goes on to the next cause
reject REASON   it is not; goes on to the next cause
note TEXT       a note beside the cause; note alone takes it away
undo            as if the last of these had not been said
next, back, N   another cause
list            all causes, with what was decided
show, cases     the cause in full; the cases that have it
write           carry out what was decided, and end
quit            end; nothing is written`;

/**
 * Carries out one line.
 *
 * @throws FieldtapeError USAGE for what is no command, or a decision without a reason
 */
export function talk(before: ReviewTalk, line: string): TalkOutcome {
  const [, word = "", rest = ""] = /^\s*(\S*)\s*(.*?)\s*$/s.exec(line) ?? [];
  const id = before.clusters[before.cause]?.id ?? "";
  switch (word) {
    case "a":
    case "accept":
    case "r":
    case "reject": {
      if (rest === "") throw new FieldtapeError("USAGE", `${word} needs a reason behind it`);
      const decision = { type: word.startsWith("a") ? "accept" : "reject", reason: rest } as const;
      return at({ ...before, decisions: decide(before.decisions, id, decision) }, before.cause + 1);
    }
    case "n":
    case "note":
      return { type: "on", talk: { ...before, decisions: note(before.decisions, id, rest) }, say: "cause" };
    case "u":
    case "undo":
      return { type: "on", talk: { ...before, decisions: undo(before.decisions) }, say: "list" };
    case "":
    case "next":
      return at(before, before.cause + 1);
    case "b":
    case "back":
      return at(before, before.cause - 1);
    case "l":
    case "list":
      return { type: "on", talk: before, say: "list" };
    case "show":
      return { type: "on", talk: before, say: "cause" };
    case "c":
    case "cases":
      return { type: "on", talk: before, say: "cases" };
    case "h":
    case "?":
    case "help":
      return { type: "on", talk: before, say: "help" };
    case "w":
    case "write":
      return { type: "write", talk: before };
    case "q":
    case "quit":
      return { type: "leave", talk: before };
    default:
      return numbered(before, word);
  }
}

function numbered(before: ReviewTalk, word: string): TalkOutcome {
  const number = Number(word);
  if (Number.isInteger(number) && number >= 1 && number <= before.clusters.length) return at(before, number - 1);
  throw new FieldtapeError("USAGE", `there is no command ${JSON.stringify(word)}`, { hint: "help lists them" });
}

/** The cause at that place, or the nearest there is. */
function at(before: ReviewTalk, place: number): TalkOutcome {
  const cause = Math.min(before.clusters.length - 1, Math.max(0, place));
  return { type: "on", talk: { ...before, cause }, say: cause === place ? "cause" : "list" };
}
