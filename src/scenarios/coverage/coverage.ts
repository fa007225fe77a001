import type { Json, JsonObject } from "../../bytes/json.ts";
import type { Said } from "../../replayer/divergence.ts";

/**
 * What a case reaches, as plain data: sorted lists of words, each beginning with the name of the machine that said it.
 *
 * - `states`: `modbus-session requested`
 * - `transitions`: `modbus-session requested → answered`; the first one of a channel comes from `(start)`
 * - `frames`: `modbus-tcp reply 3`, with the function where a frame has one
 * - `reactions`: (state × frame type): `modbus-session requested × reply`, the state in which the session of a channel was when a frame or
 *   fault came
 * - `faults`: `nmea bad-checksum`
 * - `disturbed`: (state × disturbance of the scenario's ports): `updater downloading × cut-power`
 */
export type Coverage = {
  readonly states: readonly string[];
  readonly transitions: readonly string[];
  readonly frames: readonly string[];
  readonly reactions: readonly string[];
  readonly faults: readonly string[];
  readonly disturbed: readonly string[];
};

export type CoverageKind = keyof Coverage;
export const COVERAGE_KINDS = ["states", "transitions", "frames", "reactions", "faults", "disturbed"] as const;
export const NO_COVERAGE: Coverage = {
  states: [],
  transitions: [],
  frames: [],
  reactions: [],
  faults: [],
  disturbed: [],
};

/** A machine that says something else in each case is no reason to fill the memory. */
const WORDS_MAX = 10_000;
const WORD_MAX = 200;
/** What tells frames of one protocol apart, where it is there. */
const FRAME_KINDS = ["kind", "role", "formatter"] as const;

/** What is reached by what a subject said. `disturbances`: kinds of disturbances of its ports. */
export function coverageOf(said: readonly Said[], disturbances: readonly string[] = []): Coverage {
  const words = new Words();
  const sessions = new Map<string, { readonly machine: string; state: string }>();
  for (const record of said) {
    if (record.type !== "output" || !isObject(record.value)) continue;
    const { machine, value } = record;
    const channel = String(record.channel ?? "");
    if (value["type"] === "state" && typeof value["state"] === "string") {
      const key = `${channel} ${machine}`;
      const before = sessions.get(key)?.state ?? "(start)";
      const state = value["state"];
      sessions.set(key, { machine, state });
      words.add("states", `${machine} ${state}`);
      words.add("transitions", `${machine} ${before} → ${state}`);
      for (const disturbance of disturbances) words.add("disturbed", `${machine} ${state} × ${disturbance}`);
      continue;
    }
    const heard = heardAs(value);
    if (heard === undefined) continue;
    const detail = typeof value["function"] === "number" ? ` ${value["function"]}` : "";
    words.add(value["type"] === "fault" ? "faults" : "frames", `${machine} ${heard}${detail}`);
    for (const [key, session] of sessions)
      if (key.startsWith(`${channel} `)) words.add("reactions", `${session.machine} ${session.state} × ${heard}`);
  }
  return words.coverage();
}

/** Everything that any of them reaches. */
export function together(all: Iterable<Coverage>): Coverage {
  const words = new Words(Number.POSITIVE_INFINITY);
  for (const coverage of all)
    for (const kind of COVERAGE_KINDS) for (const word of coverage[kind]) words.add(kind, word);
  return words.coverage();
}

/** What `base` has and `head` does not. */
export function lost(base: Coverage, head: Coverage): Coverage {
  const words = new Words(Number.POSITIVE_INFINITY);
  for (const kind of COVERAGE_KINDS) {
    const reached = new Set(head[kind]);
    for (const word of base[kind]) if (!reached.has(word)) words.add(kind, word);
  }
  return words.coverage();
}

export function countOf(coverage: Coverage): number {
  return COVERAGE_KINDS.reduce((sum, kind) => sum + coverage[kind].length, 0);
}

class Words {
  readonly #max: number;
  readonly #words: Readonly<Record<CoverageKind, Set<string>>> = {
    states: new Set(),
    transitions: new Set(),
    frames: new Set(),
    reactions: new Set(),
    faults: new Set(),
    disturbed: new Set(),
  };

  constructor(max = WORDS_MAX) {
    this.#max = max;
  }

  add(kind: CoverageKind, word: string): void {
    const words = this.#words[kind];
    if (words.size < this.#max) words.add(word.length > WORD_MAX ? `${word.slice(0, WORD_MAX)}…` : word);
  }

  coverage(): Coverage {
    const { states, transitions, frames, reactions, faults, disturbed } = this.#words;
    return {
      states: [...states].toSorted(),
      transitions: [...transitions].toSorted(),
      frames: [...frames].toSorted(),
      reactions: [...reactions].toSorted(),
      faults: [...faults].toSorted(),
      disturbed: [...disturbed].toSorted(),
    };
  }
}

function heardAs(value: JsonObject): string | undefined {
  if (value["type"] === "fault") return typeof value["fault"] === "string" ? value["fault"] : "fault";
  if (value["type"] !== "frame") return undefined;
  const kind = FRAME_KINDS.map((name) => value[name]).find((named) => typeof named === "string");
  return typeof kind === "string" ? kind : "frame";
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
