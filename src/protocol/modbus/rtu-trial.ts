import { crc, crcBegin, crcOf, crcUpdate } from "../../bytes/crc.ts";
import type { Role } from "./pdu-fields.ts";
import { LENGTH_OPEN, LENGTH_UNKNOWN, predictLength } from "./pdu-length.ts";
import { plausiblePdu } from "./plausible-pdu.ts";
import type { Roles } from "./rtu-talk.ts";

const CRC = crc("CRC-16/MODBUS");

/** MODBUS over Serial Line V1.02 §2.5.1: unit, function code and CRC at least; 256 bytes at most. */
export const FRAME_MIN = 4;
const FRAME_MAX = 256;
/** Low byte first. */
export const CRC_SIZE = 2;
/** Unit and CRC stand around the protocol data unit. */
const AROUND = 1 + CRC_SIZE;
/** Functions that may be broadcast; 8 too, which clears counters. */
const WRITES = new Set([5, 6, 8, 15, 16, 21, 22]);

/** A frame that its CRC vouches for, as long as its function code says. */
export interface Trial {
  readonly size: number;
  readonly role: Role;
}

export interface TrialOptions {
  /** No more bytes will come. */
  readonly settled: boolean;
  /** A frame is due here, so that an odd one is believed too. */
  readonly due: boolean;
}

/**
 * Tries to read a frame at `at`, in the order of `roles`. `wait`: an earlier reading needs more bytes than there are before a later
 * one may be tried, so that the answer does not depend on where reads were cut.
 *
 * A CRC alone does not convince: it is right by chance once in 65,536 tries, and when its last byte is 0, it is right without
 * that byte too, so that a shorter reading of a longer frame checks. So an honest frame is preferred to an odd one.
 */
export function tryFrame(
  bytes: Uint8Array,
  at: number,
  end: number,
  roles: Roles,
  { settled, due }: TrialOptions,
): Trial | "wait" | "fail" {
  let odd: Trial | undefined;
  for (const role of roles) {
    const length = predictLength(bytes, at + 1, odd === undefined ? end : at + odd.size, role);
    const size = length + AROUND;
    if (length === LENGTH_UNKNOWN || (odd !== undefined && (length === LENGTH_OPEN || size > odd.size + 1))) continue;
    if (length === LENGTH_OPEN || at + size > end) {
      if (settled) continue;
      return "wait";
    }
    if (!checks(bytes, at, at + size)) continue;
    const trial: Trial = { size, role };
    if (isPlausible(bytes, at, trial)) return trial;
    odd ??= trial;
  }
  return due && odd !== undefined ? odd : "fail";
}

/** A frame that begins at `at` and fills everything up to `end`. */
export function tryFrameUpTo(bytes: Uint8Array, at: number, end: number, roles: Roles): Trial | undefined {
  for (const role of roles) {
    const length = predictLength(bytes, at + 1, end, role);
    if (length > 0 && at + length + AROUND === end && checks(bytes, at, end)) return { size: end - at, role };
  }
  return undefined;
}

/** Nobody answers a broadcast, so it only ever writes (MODBUS over Serial Line V1.02 §2.1). */
export function isPlausible(bytes: Uint8Array, at: number, { size, role }: Trial): boolean {
  if (bytes[at] === 0 && !WRITES.has(bytes[at + 1] ?? 0)) return false;
  return plausiblePdu(bytes, at + 1, at + size - CRC_SIZE, role);
}

/** Whether the frame is as long as its function code says. */
export function isPredicted(bytes: Uint8Array, at: number, { size, role }: Trial): boolean {
  return predictLength(bytes, at + 1, at + size, role) + AROUND === size;
}

/** Whether the frame can only be what it is taken for: an honest one, and no other one of the same length. */
export function isCertain(bytes: Uint8Array, at: number, trial: Trial): boolean {
  const other: Trial = { size: trial.size, role: trial.role === "request" ? "reply" : "request" };
  return isPlausible(bytes, at, trial) && !isPredicted(bytes, at, other);
}

/** A CRC taken over a frame with its own CRC, low byte first, is 0. */
function checks(bytes: Uint8Array, start: number, end: number): boolean {
  return crcOf(CRC, bytes, start, end) === 0;
}

/** Enough for frames that run into each other; a bound on the work that hostile bytes can cause. */
const PIECES_MAX = 64;

/**
 * The sizes of the frames that `bytes[start, end)` falls into when nothing but their CRCs is known of them, each starting where the
 * one before it ends; `undefined` if it does not fall into frames.
 */
export function splitByCrc(bytes: Uint8Array, start: number, end: number): readonly number[] | undefined {
  /** Where a frame may begin → where the one before it began. */
  const reached = new Map<number, number>([[start, start]]);
  for (const from of reached.keys()) {
    if (reached.size > PIECES_MAX) return undefined;
    let register = crcBegin(CRC);
    const last = Math.min(end, from + FRAME_MAX);
    for (let at = from; at < last; at++) {
      register = crcUpdate(CRC, register, bytes, at, at + 1);
      if (register === 0 && at + 1 - from >= FRAME_MIN && !reached.has(at + 1)) reached.set(at + 1, from);
    }
    if (reached.has(end)) return sizesBack(reached, start, end);
  }
  return undefined;
}

function sizesBack(reached: ReadonlyMap<number, number>, start: number, end: number): number[] {
  const sizes: number[] = [];
  for (let at = end; at > start; ) {
    const from = reached.get(at) ?? start;
    sizes.unshift(at - from);
    at = from;
  }
  return sizes;
}
