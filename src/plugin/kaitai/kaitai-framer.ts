import type { ChannelKind } from "../../bytes/channel.ts";
import { FieldtapeError } from "../../errors.ts";
import type { Framer, FramerInput, FramerOutput } from "../../machine/machine.ts";
import { type Ending, endingOf, type Framing, RAW_MAX, takePieces } from "../../protocol/framing.ts";
import { append, consume, openWindow, settle, waiting } from "../../protocol/window.ts";
import { type CompiledFormat, liveFormat, type ReadFrame } from "./compiled-format.ts";
import { FrameStream, NeedsMore } from "./frame-stream.ts";
import { parsedValue, type Saying } from "./parsed-value.ts";

export interface KaitaiOptions {
  /** What a frame says; absent: all members of the format. */
  readonly say?: Saying;
  /** The longest frame, in bytes. */
  readonly maximum: number;
}

export const KAITAI_OPTIONS: KaitaiOptions = { maximum: 4_096 };

interface KaitaiState extends Framing {
  readonly kind: ChannelKind;
  /** So many bytes at the front begin no frame. */
  passed: number;
  /** The frame that may begin behind them is not decided before there are so many of its bytes. */
  needed: number;
}

/**
 * Frames of a format that is declared in Kaitai Struct, one after the other. Bytes at which no frame can be read are passed over, one by
 * one, until one can: `rubbish`. Where a format asks for more bytes than have come, they are waited for, up to the maximum.
 *
 * Faults: `rubbish`, `interrupted`, `truncated`, `unfinished`.
 */
export function kaitaiFramer(format: CompiledFormat, options: KaitaiOptions): Framer<unknown, KaitaiState> {
  const read = liveFormat(format);
  const take = new Taking(read, options);
  return {
    name: format.id.replaceAll("_", "-"),
    initial: ({ dir, kind }) => ({ dir, kind, window: openWindow(), passed: 0, needed: 1 }),
    step(state, input) {
      const outputs: FramerOutput[] = [];
      if (input.type !== "elapsed") take.hear(state, input, outputs);
      settle(state.window);
      return { state, outputs };
    },
    deadline: () => undefined,
  };
}

class Taking {
  readonly #read: ReadFrame;
  readonly #options: KaitaiOptions;

  constructor(read: ReadFrame, options: KaitaiOptions) {
    this.#read = read;
    this.#options = options;
  }

  hear(state: KaitaiState, input: FramerInput, outputs: FramerOutput[]): void {
    if (input.type === "bytes") {
      append(state.window, input.bytes);
      // The end of a datagram is known when it has come.
      if (state.kind === "stream") this.#frames(state, outputs, undefined);
      return;
    }
    const ending = endingOf(input);
    if (ending !== undefined) this.#frames(state, outputs, ending);
  }

  /** Takes frames off the front as far as the bytes decide; all that waits, when nothing will follow it. */
  #frames(state: KaitaiState, outputs: FramerOutput[], ending: Ending | undefined): void {
    const { window } = state;
    /** From here on bytes were the beginning of something, and are now the fault `ending`. */
    let begun: number | undefined;
    for (let left = waiting(window) - state.passed; left > 0; left = waiting(window) - state.passed) {
      if (ending === undefined && left < state.needed) return;
      const found = this.#try(state, ending);
      if (typeof found === "object") {
        this.#giveUp(state, begun, ending, outputs);
        outputs.push(found);
        consume(window, found.span[1]);
        begun = undefined;
      } else if (found > 0 && ending === undefined) {
        state.needed = found;
        return;
      } else {
        if (found > 0) begun ??= state.passed;
        state.passed += 1;
        if (begun === undefined && state.passed === RAW_MAX) this.#giveUp(state, undefined, ending, outputs);
      }
      state.needed = 1;
    }
    if (ending !== undefined) this.#giveUp(state, begun, ending, outputs);
  }

  /** The frame behind the bytes that were passed over; how many it needs, if that is still open; 0 if there is none. */
  #try(state: KaitaiState, ending: Ending | undefined): FramerOutput | number {
    const { window, passed, dir } = state;
    const bytes = window.bytes.slice(
      window.start + passed,
      Math.min(window.end, window.start + passed + this.#options.maximum),
    );
    const stream = new FrameStream(bytes, ending === "truncated");
    try {
      const parsed = this.#read(stream, dir);
      const length = stream.pos;
      if (length === 0) throw nothingRead();
      const known = { type: "frame", dir, span: [window.offset + passed, length] } as const;
      return { ...known, ...parsedValue(parsed, this.#options.say), ...known };
    } catch (thrown) {
      if (thrown instanceof FieldtapeError) throw thrown;
      return thrown instanceof NeedsMore && thrown.needed <= this.#options.maximum ? thrown.needed : 0;
    }
  }

  /** What was passed over becomes faults: rubbish, and from where something had begun the ending. */
  #giveUp(state: KaitaiState, begun: number | undefined, ending: Ending | undefined, outputs: FramerOutput[]): void {
    const rubbish = begun ?? state.passed;
    takePieces(state, "rubbish", rubbish, outputs);
    if (ending !== undefined) takePieces(state, ending, state.passed - rubbish, outputs);
    state.passed = 0;
  }
}

function nothingRead(): FieldtapeError {
  return new FieldtapeError("SUBJECT_CRASHED", "the format reads no bytes: a frame of it would never end", {
    hint: "its top-level seq must read at least one byte",
  });
}
