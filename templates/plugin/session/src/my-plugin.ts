import type { JsonObject, Nanos, PluginParts, Session, SessionInput, SessionOutput } from "fieldtape/plugin";

export const PLUGIN_ABI = 1;

/** Nanoseconds: all time in fieldtape is counted in them. */
const MILLISECOND = 1_000_000;

/** All that it remembers: plain data, so that fieldtape can keep it and go back to it. */
interface State {
  readonly silence: number;
  state: "unknown" | "cold" | "warm" | "silent";
  celsius: number | undefined;
  /** When it counts as silent, if nothing comes before. */
  due: Nanos | undefined;
}

/** Follows a thermometer that says a line such as `T 21.5` now and then. */
const machine: Session<JsonObject, State> = {
  name: "my-plugin",
  initial: ({ silenceMs }) => ({
    silence: (typeof silenceMs === "number" ? silenceMs : 1_000) * MILLISECOND,
    state: "unknown",
    celsius: undefined,
    due: undefined,
  }),
  step(state, input, at) {
    if (input.type === "elapsed") {
      state.due = undefined;
      return { state, outputs: change(state, "silent") };
    }
    const celsius = readingOf(input);
    if (celsius === undefined) return { state, outputs: [] };
    state.celsius = celsius;
    // No clock is asked: `at` is the time of the reading, and `deadline` says when to hear that it has passed.
    state.due = (at + state.silence) as Nanos;
    return { state, outputs: change(state, celsius < 5 ? "cold" : "warm") };
  },
  deadline: (state) => state.due,
};

/** It stands on fieldtape's own framer of lines. */
export const create = (): PluginParts => ({ framer: { subject: "lines" }, session: machine as Session<unknown> });

function readingOf(input: SessionInput): number | undefined {
  if (input.type !== "frame" || typeof input.frame["text"] !== "string") return undefined;
  const [, celsius] = /^T (-?\d+(?:\.\d+)?)$/.exec(input.frame["text"]) ?? [];
  return celsius === undefined ? undefined : Number(celsius);
}

/** Says where it has come, when that is news. */
function change(state: State, next: State["state"]): SessionOutput[] {
  if (state.state === next) return [];
  state.state = next;
  return [{ type: "say", value: { type: "state", state: next, celsius: state.celsius } }];
}
