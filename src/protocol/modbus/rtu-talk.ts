import type { Dir } from "../../bytes/channel.ts";
import { type Role, word } from "./pdu-fields.ts";

/**
 * Who is heard on one direction of a serial line: the device (`reply`), the asking side (`request`), or both, as on a bus that is
 * tapped on one wire. Then a frame that fits the last request is taken for its reply, and any other one for a request.
 */
export interface Talk {
  heard: Role | "both";
  /** The device is expected, and a request that is heard instead shows that both are. */
  readonly learns: boolean;
  /** Both: the last request, until its reply came. */
  asked: Asked | undefined;
}

interface Asked {
  readonly unit: number;
  readonly function: number;
  /** The byte count that the reply must have, where the request fixes it. */
  readonly count: number | undefined;
}

/** Who is heard in direction `dir`, when the device is heard in direction `device`. */
export function talkOf(device: Dir | "both" | "auto", dir: Dir): Talk {
  if (device === "both") return { heard: "both", learns: false, asked: undefined };
  const heard = dir === (device === "auto" ? "rx" : device) ? "reply" : "request";
  return { heard, learns: device === "auto", asked: undefined };
}

/** The order in which the two readings of a frame are tried. */
export type Roles = readonly [Role, Role];
const REQUEST_FIRST: Roles = ["request", "reply"];
const REPLY_FIRST: Roles = ["reply", "request"];

/** Needs three bytes at `at`: unit, function and what follows. */
export function rolesAt({ heard, asked }: Talk, bytes: Uint8Array, at: number): Roles {
  if (heard === "reply") return REPLY_FIRST;
  if (heard === "request" || asked === undefined) return REQUEST_FIRST;
  return answers(asked, bytes, at) ? REPLY_FIRST : REQUEST_FIRST;
}

function answers(asked: Asked, bytes: Uint8Array, at: number): boolean {
  const code = bytes[at + 1] ?? 0;
  if (bytes[at] !== asked.unit || (code & 0x7f) !== asked.function) return false;
  return code >= 0x80 || asked.count === undefined || bytes[at + 2] === asked.count;
}

/** Takes note of the frame whose unit stands at `at`. `certain`: whether it can only have been of this role. */
export function noteFrame(talk: Talk, bytes: Uint8Array, at: number, role: Role, certain: () => boolean): void {
  if (talk.learns && talk.heard === "reply" && role === "request" && certain()) talk.heard = "both";
  if (talk.heard !== "both") return;
  const unit = bytes[at] ?? 0;
  // Nobody answers a broadcast.
  if (role === "reply" || unit === 0) talk.asked = undefined;
  else talk.asked = { unit, function: bytes[at + 1] ?? 0, count: countAsked(bytes, at) };
}

/** V1.1b3 §6.1–6.4, §6.17 */
function countAsked(bytes: Uint8Array, at: number): number | undefined {
  const code = bytes[at + 1] ?? 0;
  const quantity = word(bytes, at + 4);
  if (code === 1 || code === 2) return (quantity + 7) >> 3;
  return code === 3 || code === 4 || code === 23 ? 2 * quantity : undefined;
}
