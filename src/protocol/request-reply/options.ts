import { fromHex } from "../../bytes/hex.ts";
import type { Json } from "../../bytes/json.ts";
import type { Expectation } from "./expectation.ts";

/** A client as a declaration: what it asks a device, when, and what it does when the device does not answer. */
export interface RequestReplyOptions {
  /** The framer whose frames it hears. */
  readonly framer: { readonly subject: string; readonly options?: Json };
  readonly connect: ConnectOptions;
  readonly requests: readonly RequestOptions[];
  readonly heartbeat?: HeartbeatOptions;
  /** How long a reply is waited for, where a request does not say so itself. */
  readonly timeoutMs: number;
  /** How often an unanswered request is sent again, likewise. */
  readonly retries: number;
  /** What follows when a request stays unanswered after all its retries. */
  readonly unanswered: "reconnect" | "continue";
}

export interface ConnectOptions {
  readonly timeoutMs: number;
  /** The pause after the first failure; each further one in a row is `factor` times longer, up to `backoffMaxMs`. */
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
  readonly factor: number;
  /** Failures in a row after which it stops; absent: never. */
  readonly failuresMax?: number;
}

export type Payload = { readonly text: string } | { readonly hex: string };

export interface RequestOptions {
  readonly name: string;
  readonly send: Payload;
  /** The frame that answers it; absent: nothing is waited for. */
  readonly expect?: Expectation;
  /** The frame by which the device says no; it is not asked again then. */
  readonly refuse?: Expectation;
  /** Milliseconds from the link's opening to the first time, and from one time to the next; no `everyMs`: once per link. */
  readonly afterMs: number;
  readonly everyMs?: number;
  readonly timeoutMs?: number;
  readonly retries?: number;
}

/** Sent when nothing was heard for `everyMs`. After `missesMax` in a row without a reply the link is taken for dead. */
export interface HeartbeatOptions {
  readonly send: Payload;
  readonly expect?: Expectation;
  readonly everyMs: number;
  readonly missesMax: number;
}

export const REQUEST_REPLY_OPTIONS = {
  framer: { subject: "lines" },
  connect: { timeoutMs: 5_000, backoffMs: 500, backoffMaxMs: 30_000, factor: 2 },
  timeoutMs: 1_000,
  retries: 2,
  unanswered: "reconnect",
} as const satisfies Omit<RequestReplyOptions, "requests">;

/** The bytes to send: text as UTF-8. Options that were read by their schema have no other hex than valid one. */
export function payloadBytes(payload: Payload): Uint8Array {
  return "text" in payload ? new TextEncoder().encode(payload.text) : (fromHex(payload.hex) ?? new Uint8Array());
}

/** The pause after so many failures in a row. No chance is in it: the same tape gives the same pauses. */
export function backoffOf({ backoffMs, backoffMaxMs, factor }: ConnectOptions, failures: number): number {
  return Math.min(backoffMaxMs, backoffMs * factor ** (failures - 1));
}
