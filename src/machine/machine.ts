import type { ChannelKind, Dir, GapCause, LinkChange } from "../bytes/channel.ts";
import type { Json, JsonObject } from "../bytes/json.ts";
import type { Nanos } from "../time/nanos.ts";

/** The input that says: the time you asked for in `deadline` has come, and nothing else came first. */
export type Elapsed = { readonly type: "elapsed" };
export const ELAPSED: Elapsed = { type: "elapsed" };

/**
 * The one shape of framers, sessions and the updater: no I/O, no clock, no chance inside.
 *
 * - `step` owns the state that it is given and may change it in place; nobody else keeps a reference.
 *   State is plain data (numbers, strings, booleans, bigints, undefined, Uint8Array, arrays, Maps, plain objects), so that
 *   `machine/snapshot.ts` can copy it.
 * - The input is lent for the step: its parts may be kept, itself not.
 * - `deadline` says when this state must hear `elapsed` if nothing else comes first. After hearing it, the deadline must
 *   have moved on or be gone: a machine whose deadline does not advance is a bug that the driver names.
 * - `step` never throws on any input: what cannot be understood comes out as a fault.
 */
export interface Machine<C, S, I, O> {
  readonly name: string;
  /** Its state is not plain data (it is somebody's own object): no snapshot can be made of it, so a seek starts from the beginning. */
  readonly cold?: true;
  initial(config: C): S;
  step(state: S, input: I | Elapsed, at: Nanos): Step<S, O>;
  deadline(state: S): Nanos | undefined;
}

export interface Step<S, O> {
  readonly state: S;
  readonly outputs: readonly O[];
}

// ── Framers: bytes of one channel and direction in, frames out ──────────────────────────────────────────────────────

/** What a framer is told, besides its own options: where it stands. One instance per (channel, dir). */
export interface FramerConfig<Options> {
  readonly options: Options;
  readonly dir: Dir;
  readonly kind: ChannelKind;
  /** What the channel was declared with; whoever made the tape wrote it. */
  readonly settings?: ChannelSettings;
}

/** How a wire was set, in words of its own, say `baud`. */
export type ChannelSettings = Readonly<Record<string, unknown>>;

/** What a framer hears. Boundaries between `bytes` mean nothing on a stream: any chunking gives the same frames. */
export type FramerInput =
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  /** End of a datagram (only on `kind: "datagram"`): a frame cannot go on. Whole → a frame, else fault `truncated`. */
  | { readonly type: "boundary" }
  /** Bytes are missing here: drop the partial frame, as fault `interrupted`. */
  | { readonly type: "gap"; readonly cause: GapCause }
  /** Any change but `open` ends the stream: drop the partial frame, as fault `interrupted`. */
  | { readonly type: "link"; readonly change: LinkChange }
  /** The tape is over: a partial frame is reported once, as fault `unfinished`. */
  | { readonly type: "end" };

/** [offset, length] in bytes of that channel and direction since the tape began, gaps not counted. */
export type Span = readonly [offset: number, length: number];

/** A delimited, checked unit on the wire. What else it carries is the protocol's; bytes are lower-case hex. */
export interface Frame extends JsonObject {
  readonly type: "frame";
  readonly dir: Dir;
  readonly span: Span;
}

/** A frame that failed. `raw` is its bytes as lower-case hex (at most the first 1,024; `span` has the true length). */
export interface Fault extends JsonObject {
  readonly type: "fault";
  readonly fault: string;
  readonly dir: Dir;
  readonly span: Span;
  readonly raw: string;
}

export type FramerOutput = Frame | Fault;

export interface Framer<Options, S = unknown> extends Machine<FramerConfig<Options>, S, FramerInput, FramerOutput> {
  /**
   * The bytes of `frame` as they would stand on the wire if it said `edited`: what is not said by the value stays as it is, lengths and
   * checks are made anew. `undefined`: no frame says that. The result is proven by decoding it (`machine/rewrite.ts`), so a value that is
   * impossible may just as well give bytes that do not say it.
   */
  reencode?(frame: FrameOnWire, edited: Frame, options: Options): Uint8Array | undefined;
}

/** A frame as it was decoded, with the bytes of its span. */
export interface FrameOnWire {
  readonly bytes: Uint8Array;
  readonly value: Frame;
}

/** One change of a decoded value: the path in it, which must be there, and the new value. */
export interface Edit {
  readonly path: readonly (string | number)[];
  readonly value: Json;
}

// ── Sessions: frames of both directions of one channel in, states out ───────────────────────────────────────────────

export type SessionInput =
  | { readonly type: "frame"; readonly frame: Frame }
  | { readonly type: "fault"; readonly fault: Fault }
  | { readonly type: "gap"; readonly cause: GapCause; readonly dir: Dir | undefined }
  | { readonly type: "link"; readonly change: LinkChange }
  | { readonly type: "end" };

export type SessionOutput =
  /** Something to put on the tape: `{ type: "state" | "fault" | …, … }`. */
  | { readonly type: "say"; readonly value: JsonObject }
  /** Only a participant sends: bytes for the device. */
  | { readonly type: "send"; readonly bytes: Uint8Array }
  /** Only a participant asks for its link to be opened or closed. */
  | { readonly type: "ask"; readonly link: "open" | "close" };

export type Session<Options, S = unknown> = Machine<Options, S, SessionInput, SessionOutput>;
