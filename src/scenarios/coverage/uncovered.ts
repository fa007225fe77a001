import { type Coverage, NO_COVERAGE } from "./coverage.ts";

/** What a machine can say, as far as it is declared. */
export interface Vocabulary {
  readonly states?: readonly string[];
  readonly faults?: readonly string[];
  /** Disturbances of its ports that it can be told of. */
  readonly disturbances?: readonly string[];
}

/**
 * What no case reaches: declared states and kinds of faults, and for each session every pair of a state that is reached and a frame or fault
 * that it heard in any state, or a disturbance of its ports.
 */
export function uncovered(reached: Coverage, vocabularies: Readonly<Record<string, Vocabulary>>): Coverage {
  const declared = (kind: "states" | "faults"): string[] =>
    Object.entries(vocabularies).flatMap(([machine, words]) => (words[kind] ?? []).map((word) => `${machine} ${word}`));
  return {
    ...NO_COVERAGE,
    states: without(declared("states"), reached.states),
    faults: without(declared("faults"), reached.faults),
    reactions: without(possibleReactions(reached), reached.reactions),
    disturbed: without(possibleDisturbances(reached, vocabularies), reached.disturbed),
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

function possibleDisturbances(
  { states }: Coverage,
  vocabularies: Readonly<Record<string, Vocabulary>>,
): readonly string[] {
  return Object.entries(vocabularies).flatMap(([machine, { disturbances = [] }]) =>
    states
      .filter((state) => machineOf(state) === machine)
      .flatMap((state) => disturbances.map((disturbance) => `${state} × ${disturbance}`)),
  );
}

function machineOf(word: string): string {
  return word.slice(0, word.indexOf(" "));
}

function without(all: readonly string[], reached: readonly string[]): string[] {
  const known = new Set(reached);
  return all.filter((word) => !known.has(word)).toSorted();
}
