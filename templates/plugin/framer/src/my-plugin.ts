import type { Dir, Framer, FramerInput, FramerOutput, PluginParts } from "fieldtape/plugin";

export const PLUGIN_ABI = 1;

/** All that it remembers: plain data, so that fieldtape can keep it and go back to it. */
interface State {
  readonly dir: Dir;
  /** Where the bytes that wait begin, in bytes of this channel and direction since the tape began. */
  offset: number;
  waiting: number[];
}

/** Lines such as `T 21.5`, each ended by a line feed. Anything else is a fault. */
const machine: Framer<unknown, State> = {
  name: "my-plugin",
  initial: ({ dir }) => ({ dir, offset: 0, waiting: [] }),
  step(state, input) {
    const outputs: FramerOutput[] = [];
    if (input.type === "bytes") for (const byte of input.bytes) take(state, byte, outputs);
    else if (input.type !== "elapsed") giveUp(state, input, outputs);
    return { state, outputs };
  },
  // It waits for bytes only, never for time.
  deadline: () => undefined,
};

export const create = (): PluginParts => ({ framer: machine });

const LINE_FEED = 0x0a;
/** A limit on everything: a line that does not end must not fill the memory. */
const LINE_MAX = 256;

function take(state: State, byte: number, outputs: FramerOutput[]): void {
  state.waiting.push(byte);
  if (byte === LINE_FEED) outputs.push(read(state));
  else if (state.waiting.length === LINE_MAX) outputs.push(fault(state, "too-long"));
}

function read(state: State): FramerOutput {
  const [, celsius] = /^T (-?\d+(?:\.\d+)?)\r?\n$/.exec(String.fromCharCode(...state.waiting)) ?? [];
  if (celsius === undefined) return fault(state, "no-reading");
  const { dir, offset, waiting } = state;
  consume(state);
  return { type: "frame", dir, span: [offset, waiting.length], celsius: Number(celsius) };
}

/** Nothing will complete the bytes that wait. */
function giveUp(state: State, input: Exclude<FramerInput, { type: "bytes" }>, outputs: FramerOutput[]): void {
  if (input.type === "link" && input.change === "open") return;
  const why = { gap: "interrupted", link: "interrupted", boundary: "truncated", end: "unfinished" }[input.type];
  if (state.waiting.length > 0) outputs.push(fault(state, why));
}

/** Every byte is in one frame or one fault. */
function fault(state: State, name: string): FramerOutput {
  const { dir, offset, waiting } = state;
  consume(state);
  const raw = waiting.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { type: "fault", fault: name, dir, span: [offset, waiting.length], raw };
}

function consume(state: State): void {
  state.offset += state.waiting.length;
  state.waiting = [];
}
