import type { ChannelKind, Dir } from "../bytes/channel.ts";
import type { JsonObject } from "../bytes/json.ts";
import { FieldtapeError } from "../errors.ts";
import type { ChannelSettings, Framer, FramerInput, FramerOutput } from "../machine/machine.ts";
import { type Ending, endingOf, type Framing, takeFault, takePieces } from "../protocol/framing.ts";
import { append, consume, openWindow, settle, waiting } from "../protocol/window.ts";
import type { Nanos } from "../time/nanos.ts";
import { endOf, type Feed, feedInto } from "./feed.ts";
import { VirtualStage } from "./virtual-stage.ts";

/** Where a parser stands, and what it found there. */
export interface FramerWire {
  readonly dir: Dir;
  readonly kind: ChannelKind;
  readonly settings: ChannelSettings | undefined;
  /**
   * A frame with these members. `raw` is its bytes as they stood on the wire (text: as UTF-8), from which its span is told; bytes before it
   * that were no frame become the fault `rubbish`. Without `raw` the frame is all that was read since the one before it.
   */
  frame(value: JsonObject, raw?: Uint8Array | string): void;
  /** The same for a frame that failed: `name` says why. */
  fault(name: string, raw?: Uint8Array | string): void;
}

export interface LegacyFramerOptions {
  /** Bytes that are kept while nothing is said of them; what is older is rubbish. */
  readonly maximum: number;
}

const LEGACY_FRAMER_OPTIONS: LegacyFramerOptions = { maximum: 65_536 };

type Opening = (wire: FramerWire) => Feed<Uint8Array>;

/**
 * A parser that knows nothing of machines, as a framer: `open` makes one for each channel and direction and says on the wire what its
 * callbacks tell. It runs in virtual time: its timers, dates and chance are the tape's. After a gap, or when its link closed, a new one is
 * opened. Its state is its own, so there are no snapshots.
 */
export function legacyFramer(
  name: string,
  open: Opening,
  { maximum }: LegacyFramerOptions = LEGACY_FRAMER_OPTIONS,
): Framer<unknown, LegacyParser> {
  return {
    name,
    cold: true,
    initial: ({ dir, kind, settings }) => new LegacyParser({ name, open, maximum, dir, kind, settings }),
    step: (parser, input, at) => ({
      state: parser,
      outputs: input.type === "elapsed" ? parser.elapse(at) : parser.hear(input, at),
    }),
    deadline: (parser) => parser.deadline,
  };
}

interface Surroundings extends Pick<FramerWire, "dir" | "kind" | "settings"> {
  readonly name: string;
  readonly open: Opening;
  readonly maximum: number;
}

class LegacyParser implements FramerWire {
  readonly dir: Dir;
  readonly kind: ChannelKind;
  readonly settings: ChannelSettings | undefined;
  readonly #around: Surroundings;
  readonly #framing: Framing;
  #stage: VirtualStage<FramerOutput>;
  #parser: Feed<Uint8Array> | undefined;

  constructor(around: Surroundings) {
    this.dir = around.dir;
    this.kind = around.kind;
    this.settings = around.settings;
    this.#around = around;
    this.#framing = { dir: around.dir, window: openWindow() };
    this.#stage = new VirtualStage(around.name);
  }

  get deadline(): Nanos | undefined {
    return this.#stage.timers.deadline;
  }

  elapse(at: Nanos): readonly FramerOutput[] {
    return this.#stage.elapse(at);
  }

  hear(input: FramerInput, at: Nanos): readonly FramerOutput[] {
    if (input.type === "bytes") return this.#feed(input.bytes, at);
    const ending = endingOf(input);
    return ending === undefined ? [] : this.#giveUp(ending, at);
  }

  frame(value: JsonObject, raw?: Uint8Array | string): void {
    const length = this.#skipTo(raw);
    const { window, dir } = this.#framing;
    const known = { type: "frame", dir, span: [window.offset, length] } as const;
    // Twice: first in the line, whatever the value says of them.
    this.#stage.say({ ...known, ...value, ...known });
    consume(window, length);
  }

  fault(name: string, raw?: Uint8Array | string): void {
    const length = this.#skipTo(raw);
    if (length === 0) this.#stage.say(takeFault(this.#framing, name, 0));
    else this.#take(name, length);
  }

  #feed(bytes: Uint8Array, at: Nanos): readonly FramerOutput[] {
    const { window } = this.#framing;
    append(window, bytes);
    const outputs = this.#stage.tell(at, () => {
      this.#parser ??= this.#around.open(this);
      // The parser may keep what it is given: the driver's bytes are lent.
      const answer = feedInto(this.#parser, bytes.slice());
      const surplus = waiting(window) - this.#around.maximum;
      if (surplus > 0) this.#take("rubbish", surplus);
      return answer;
    });
    settle(window);
    return outputs;
  }

  #giveUp(ending: Ending, at: Nanos): readonly FramerOutput[] {
    const { window } = this.#framing;
    const outputs = this.#stage.tell(at, () => {
      const answer = this.#parser === undefined ? undefined : endOf(this.#parser);
      this.#take(ending, waiting(window));
      return answer;
    });
    settle(window);
    this.#parser = undefined;
    this.#stage = new VirtualStage(this.#around.name);
    return outputs;
  }

  /** Passes over what stands before `raw`; its length. */
  #skipTo(raw: Uint8Array | string | undefined): number {
    const { window } = this.#framing;
    if (raw === undefined) return waiting(window);
    const bytes = typeof raw === "string" ? new TextEncoder().encode(raw) : raw;
    const skipped = find(window.bytes.subarray(window.start, window.end), bytes);
    if (skipped < 0) {
      throw new FieldtapeError("SUBJECT_CRASHED", `${this.#around.name} says a frame whose bytes did not come`, {
        hint: "raw is what stood on the wire, line end and all; each byte is in one frame at most",
      });
    }
    this.#take("rubbish", skipped);
    return bytes.length;
  }

  #take(fault: string, length: number): void {
    const outputs: FramerOutput[] = [];
    takePieces(this.#framing, fault, length, outputs);
    for (const output of outputs) this.#stage.say(output);
  }
}

function find(bytes: Uint8Array, wanted: Uint8Array): number {
  const [first] = wanted;
  if (first === undefined) return 0;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}
