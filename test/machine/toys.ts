import type { Dir } from "../../src/bytes/channel.ts";
import { toHex } from "../../src/bytes/hex.ts";
import type { JsonObject } from "../../src/bytes/json.ts";
import { type ChainPlan, framerPart, sessionPart } from "../../src/machine/chain-plan.ts";
import type { Frame, Framer, FramerOutput, Session, SessionOutput } from "../../src/machine/machine.ts";
import { type Nanos, plus } from "../../src/time/nanos.ts";

/** Small machines that show one thing each, for the tests of the drivers. */

// ── words: bytes up to a semicolon are a frame; silence ends one too ────────────────────────────────────────────────

export interface WordsOptions {
  /** Nanoseconds of silence that end a word; absent: only a semicolon does. */
  readonly silence?: number;
}

interface WordsState {
  readonly dir: Dir;
  readonly silence: number | undefined;
  partial: string;
  offset: number;
  due: Nanos | undefined;
}

const SEMICOLON = 0x3b;

export const words: Framer<WordsOptions, WordsState> = {
  name: "words",
  initial: ({ options, dir }) => ({ dir, silence: options.silence, partial: "", offset: 0, due: undefined }),
  step(state, input, at) {
    const outputs: FramerOutput[] = [];
    const give = (fault?: string) => {
      const span = [state.offset - state.partial.length / 2, state.partial.length / 2] as const;
      if (fault !== undefined) outputs.push({ type: "fault", fault, dir: state.dir, span, raw: state.partial });
      else outputs.push({ type: "frame", dir: state.dir, span, word: state.partial });
      state.partial = "";
    };
    if (input.type === "bytes") {
      for (let i = 0; i < input.bytes.length; i += 1) {
        state.offset += 1;
        state.partial += toHex(input.bytes, i, i + 1);
        if (input.bytes[i] === SEMICOLON) give();
      }
    } else if (input.type === "elapsed" && state.partial !== "") give();
    else if (input.type === "end" && state.partial !== "") give("unfinished");
    else if (input.type === "boundary" && state.partial !== "") give("truncated");
    else if ((input.type === "gap" || (input.type === "link" && input.change !== "open")) && state.partial !== "") {
      give("interrupted");
    }
    state.due = state.partial !== "" && state.silence !== undefined ? plus(at, state.silence) : undefined;
    return { state, outputs };
  },
  deadline: (state) => state.due,
};

// ── talk: an observer that counts both directions and says when nobody spoke for a while ────────────────────────────

interface TalkState {
  heard: Record<Dir, number>;
  quiet: number;
  due: Nanos | undefined;
}

export const talk: Session<{ readonly quiet: number }, TalkState> = {
  name: "talk",
  initial: ({ quiet }) => ({ heard: { rx: 0, tx: 0 }, quiet, due: undefined }),
  step(state, input, at) {
    const says: JsonObject[] = [];
    if (input.type === "frame") state.heard[input.frame.dir] += 1;
    if (input.type === "elapsed") {
      state.due = undefined;
      says.push({ type: "state", state: "quiet", rx: state.heard.rx, tx: state.heard.tx });
    } else if (input.type === "end") {
      state.due = undefined;
      says.push({ type: "state", state: "over", rx: state.heard.rx, tx: state.heard.tx });
    } else {
      state.due = plus(at, state.quiet);
      if (input.type === "fault") says.push({ type: "state", state: `heard ${input.fault.fault}` });
      else if (input.type !== "frame") says.push({ ...input });
      else says.push({ type: "state", state: "heard", word: String(input.frame["word"]) });
    }
    return { state, outputs: says.map((value) => ({ type: "say", value })) };
  },
  deadline: (state) => state.due,
};

// ── heartbeat: a participant that sends while its link is open, and asks to open it while it is not ─────────────────

export interface HeartbeatConfig {
  readonly every: number;
  readonly word: string;
}

interface HeartbeatState extends HeartbeatConfig {
  up: boolean;
  due: Nanos | undefined;
}

const utf8 = new TextEncoder();

export const heartbeat: Session<HeartbeatConfig, HeartbeatState> = {
  name: "heartbeat",
  initial: (config) => ({ ...config, up: false, due: 0 as Nanos }),
  step(state, input, at) {
    const outputs: SessionOutput[] = [];
    if (input.type === "link") {
      state.up = input.change === "open";
      state.due = at;
      outputs.push({ type: "say", value: { type: "state", state: state.up ? "up" : "down" } });
    } else if (input.type === "elapsed") {
      outputs.push(state.up ? { type: "send", bytes: utf8.encode(state.word) } : { type: "ask", link: "open" });
      state.due = plus(at, state.every);
    } else if (input.type === "end") state.due = undefined;
    return { state, outputs };
  },
  deadline: (state) => state.due,
};

// ── echo: a participant that answers each word that it hears with another, after a while ────────────────────────────

interface EchoState {
  readonly answer: string;
  readonly after: number;
  owed: Nanos[];
}

export const echo: Session<{ readonly answer: string; readonly after: number }, EchoState> = {
  name: "echo",
  initial: ({ answer, after }) => ({ answer, after, owed: [] }),
  step(state, input, at) {
    if (input.type === "frame") state.owed.push(plus(at, state.after));
    if (input.type === "link" || input.type === "end") state.owed = [];
    if (input.type !== "elapsed") return { state, outputs: [] };
    const due = state.owed.filter((one) => one <= at).length;
    state.owed.splice(0, due);
    return { state, outputs: Array.from({ length: due }, () => ({ type: "send", bytes: utf8.encode(state.answer) })) };
  },
  deadline: (state) => state.owed[0],
};

// ── metronome: says that time has passed, whatever it hears ─────────────────────────────────────────────────────────

export const metronome: Session<{ readonly every: number }, { readonly every: number; due: Nanos }> = {
  name: "metronome",
  initial: ({ every }) => ({ every, due: every as Nanos }),
  step(state, input, at) {
    if (input.type !== "elapsed")
      return { state, outputs: [{ type: "say", value: { type: "state", state: input.type } }] };
    state.due = plus(at, state.every);
    return { state, outputs: [{ type: "say", value: { type: "state", state: "tick" } }] };
  },
  deadline: (state) => state.due,
};

// ── stuck: breaks the law that a deadline moves on ──────────────────────────────────────────────────────────────────

export const stuck: Session<null, { due: Nanos | undefined }> = {
  name: "stuck",
  initial: () => ({ due: undefined }),
  step: (_, input, at) => ({ state: { due: input.type === "end" ? undefined : at }, outputs: [] }),
  deadline: (state) => state.due,
};

export function frame(word: string, offset: number, dir: Dir = "rx"): Frame {
  const hex = toHex(utf8.encode(word));
  return { type: "frame", dir, span: [offset, hex.length / 2], word: hex };
}

/** Words, and who says them. */
export const listening: ChainPlan = {
  role: "observer",
  framer: framerPart(words, { silence: 5 }),
  session: sessionPart(talk, { quiet: 5 }),
};

/** An end that says a word now and then. */
export const beating: ChainPlan = {
  role: "participant",
  framer: framerPart(words, { silence: 5 }),
  session: sessionPart(heartbeat, { every: 7, word: "hi;" }),
};
