import type { ChannelKind, Dir, GapCause, LinkChange } from "../bytes/channel.ts";
import type { Json, JsonObject } from "../bytes/json.ts";
import type { Nanos } from "../time/nanos.ts";

/**
 * What arrives while recording, stamped. The shapes are those of the tape's records of the same names, so that nothing is
 * converted on the way to the writer; `bytes` is the memory that the read returned, never a copy.
 */
export type Arrival =
  | ArrivedChannel
  | ArrivedLink
  | ArrivedBytes
  | ArrivedGap
  | ArrivedEvent
  | { readonly type: "mark"; readonly at: Nanos; readonly label: string }
  | { readonly type: "wall"; readonly at: Nanos; readonly wall: string; readonly step: number };

export interface ChannelDeclaration {
  readonly name: string;
  readonly kind: ChannelKind;
  readonly source: string;
  readonly settings: JsonObject;
}

export interface ArrivedChannel extends ChannelDeclaration {
  readonly type: "channel";
  readonly at: Nanos;
  readonly channel: number;
}

export interface LinkDetail {
  readonly dir?: Dir;
  readonly reason?: string;
}

export interface ArrivedLink extends LinkDetail {
  readonly type: "link";
  readonly at: Nanos;
  readonly channel: number;
  readonly event: LinkChange;
}

export interface ArrivedBytes {
  readonly type: "raw";
  readonly at: Nanos;
  readonly channel: number;
  readonly dir: Dir;
  readonly bytes: Uint8Array;
}

export interface ArrivedGap {
  readonly type: "gap";
  readonly at: Nanos;
  /** Absent: on every channel, both ways. */
  readonly channel?: number;
  readonly dir?: Dir;
  readonly cause: GapCause;
  readonly bytes?: number;
}

/** Something that the user's own application says about itself. */
export interface ApplicationEvent {
  readonly type: "input" | "output";
  readonly machine: string;
  readonly channel?: number;
  readonly value: Json;
}

export interface ArrivedEvent extends ApplicationEvent {
  readonly at: Nanos;
  /** Roughly its memory in bytes. */
  readonly size: number;
}

/** What one waiting arrival costs besides its payload, roughly: so that many small ones are bounded as well. */
const COST = 128;

/** The memory that an arrival holds while it waits, in bytes, roughly. */
export function weightOf(arrival: Arrival): number {
  if (arrival.type === "raw") return COST + arrival.bytes.length;
  if (arrival.type === "mark") return COST + arrival.label.length;
  return "size" in arrival ? COST + arrival.size : COST;
}
