/** What a reviewer decided of one cause. Both say why: a decision without a reason is no review. */
export type Decision =
  | { readonly type: "accept"; readonly reason: string }
  | { readonly type: "reject"; readonly reason: string };

/** All that a review has decided so far; plain data, and every change can be taken back. */
export interface Decisions {
  /** By the cause's id. */
  readonly decided: ReadonlyMap<string, Decision>;
  readonly notes: ReadonlyMap<string, string>;
  /** What it was before each change, the latest last. */
  readonly past: readonly Omit<Decisions, "past">[];
}

/** More than anyone takes back. */
const PAST_MAX = 1_000;

export const NOTHING_DECIDED: Decisions = { decided: new Map(), notes: new Map(), past: [] };

/** Decides a cause, or decides it anew. */
export function decide(before: Decisions, cause: string, decision: Decision): Decisions {
  return changed(before, { decided: new Map(before.decided).set(cause, decision), notes: before.notes });
}

/** Leaves a note beside a cause; an empty one takes it away. */
export function note(before: Decisions, cause: string, text: string): Decisions {
  const notes = new Map(before.notes);
  if (text === "") notes.delete(cause);
  else notes.set(cause, text);
  return changed(before, { decided: before.decided, notes });
}

/** As if the last change had not been made; nothing, if there was none. */
export function undo(decisions: Decisions): Decisions {
  const last = decisions.past.at(-1);
  return last === undefined ? decisions : { ...last, past: decisions.past.slice(0, -1) };
}

function changed(before: Decisions, after: Omit<Decisions, "past">): Decisions {
  const { decided, notes, past } = before;
  return { ...after, past: [...past.slice(1 - PAST_MAX), { decided, notes }] };
}
