import type { ChannelKind, Dir, GapCause, LinkChange } from "../bytes/channel.ts";
import type { Json, JsonObject } from "../bytes/json.ts";
import type { Nanos } from "../time/nanos.ts";
import type { ChannelSettings, Framer, Session } from "./machine.ts";

/**
 * What a chain is made of: at least one of a framer and a session. An `observer` hears both directions of a channel and says
 * what it sees; a `participant` is an end of it, hears `rx` and sends `tx`. (To stand in for the other end, whoever feeds it
 * turns the tape round.)
 *
 * All frames and faults of the framer come out, whether or not a session hears them too; what the session says to one
 * stands right after it.
 */
export interface ChainPlan {
  readonly role: "observer" | "participant";
  readonly framer?: FramerPart;
  readonly session?: SessionPart;
}

/** One instance for each (channel, dir), made when its first bytes come. */
export interface FramerPart {
  /** What its outputs are said by on the tape; usually the machine's own name. */
  readonly name: string;
  readonly machine: Framer<unknown>;
  readonly options: unknown;
}

/** One instance for each channel, made when the channel is declared or first used. */
export interface SessionPart {
  readonly name: string;
  readonly machine: Session<unknown>;
  readonly config: unknown;
}

/** A framer with the options that it takes. */
export function framerPart<O, S>(machine: Framer<O, S>, options: O, name: string = machine.name): FramerPart {
  return { name, machine, options };
}

/** A session with the configuration that it takes. */
export function sessionPart<C, S>(machine: Session<C, S>, config: C, name: string = machine.name): SessionPart {
  return { name, machine, config };
}

/** What a chain hears: these records of a tape, by their shape. `at` never goes back. */
export type ChainInput =
  | ChannelInput
  | RawInput
  | GapInput
  | LinkInput
  | RecordedInput
  | { readonly type: "end"; readonly at: Nanos };

export interface ChannelInput extends ChannelTraits {
  readonly type: "channel";
  readonly at: Nanos;
  readonly channel: number;
}

/** What is declared about a channel. */
export interface ChannelTraits {
  readonly kind: ChannelKind;
  readonly settings?: ChannelSettings;
}

export interface RawInput {
  readonly type: "raw";
  readonly at: Nanos;
  readonly channel: number;
  readonly dir: Dir;
  readonly bytes: Uint8Array;
}

export interface GapInput {
  readonly type: "gap";
  readonly at: Nanos;
  readonly channel?: number;
  readonly dir?: Dir;
  readonly cause: GapCause;
}

export interface LinkInput {
  readonly type: "link";
  readonly at: Nanos;
  readonly channel: number;
  readonly event: LinkChange;
  readonly dir?: Dir;
}

export interface RecordedInput {
  readonly type: "input";
  readonly at: Nanos;
  readonly machine: string;
  readonly channel?: number;
  readonly value: Json;
}

/** Any record of a tape: those that are no inputs are passed over. */
export type ChainRecord =
  | ChainInput
  | { readonly type: "header" }
  | { readonly type: "output" | "mark" | "blob" | "wall" | "block" | "unknown"; readonly at: Nanos };

/** What a chain says, as records of a tape. */
export type ChainOutput =
  | {
      readonly type: "output";
      readonly at: Nanos;
      readonly machine: string;
      readonly channel: number;
      readonly value: JsonObject;
    }
  | {
      readonly type: "raw";
      readonly at: Nanos;
      readonly channel: number;
      readonly dir: "tx";
      readonly bytes: Uint8Array;
    };

/** Where a chain's outputs go, in the order in which they are said, each with the `at` of the step that said it. */
export interface ChainSink {
  says(at: Nanos, machine: string, channel: number, value: JsonObject): void;
  /** A participant sends bytes for the other end of `channel`. */
  sends(at: Nanos, channel: number, bytes: Uint8Array): void;
  /** A participant wants the link of `channel` opened or closed. */
  asks(at: Nanos, machine: string, channel: number, link: "open" | "close"): void;
}

/** How an `ask` stands on a tape. */
export function askValue(link: "open" | "close"): JsonObject {
  return { type: "ask", link };
}
