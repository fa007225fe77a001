import { type Coverage, NO_COVERAGE } from "./coverage.ts";

/** What a machine can say, as far as it is declared. */
export interface Vocabulary {
  readonly states?: readonly string[];
  readonly faults?: readonly string[];
}

/**
 * What no case reaches: declared states and kinds of faults, and for each session every pair of a state that it has and a frame or fault that
 * it heard in any state.
 */
export function uncovered(reached: Coverage, vocabularies: Readonly<Record<string, Vocabulary>>): Coverage {
  const declared = (kind: keyof Vocabulary): string[] =>
    Object.entries(vocabularies).flatMap(([machine, words]) => (words[kind] ?? []).map((word) => `${machine} ${word}`));
  return {
    ...NO_COVERAGE,
    states: without(declared("states"), reached.states),
    faults: without(declared("faults"), reached.faults),
    reactions: without(possibleReactions(reached), reached.reactions),
  };
}

function possibleReactions({ states, reactions }: Coverage): string[] {
  const heard = new Map<string, Set<string>>();
  for (const reaction of reactions) {
    const [state = "", frame = ""] = reaction.split(" × ");
    const machine = machineOf(state);
    heard.set(machine, (heard.get(machine) ?? new Set()).add(frame));
  }
  return states.flatMap((state) => [...(heard.get(machineOf(state)) ?? [])].map((frame) => `${state} × ${frame}`));
}

function machineOf(word: string): string {
  return word.slice(0, word.indexOf(" "));
}

function without(all: readonly string[], reached: readonly string[]): string[] {
  const known = new Set(reached);
  return all.filter((word) => !known.has(word)).toSorted();
}
