import type { Json } from "../../bytes/json.ts";
import type { Frame } from "../../machine/machine.ts";
import type { Role } from "./pdu-fields.ts";

/** What a session needs of a Modbus frame. */
export interface HeardFrame {
  readonly role: Role;
  /** Absent on a serial line. */
  readonly transaction: number | undefined;
  readonly unit: number;
  readonly function: number;
  readonly exception: number | undefined;
  readonly frame: Frame;
}

/** Frames may also come from the `input` records of a tape, so nothing is taken for granted. `undefined`: no Modbus frame. */
export function hearFrame(frame: Frame): HeardFrame | undefined {
  const [unit, code] = [numberOf(frame["unit"]), numberOf(frame["function"])];
  if (unit === undefined || code === undefined) return undefined;
  return {
    role: roleIn(frame),
    transaction: numberOf(frame["transaction"]),
    unit,
    function: code,
    exception: numberOf(frame["exception"]),
    frame,
  };
}

function roleIn({ role, dir }: Frame): Role {
  if (role === "request" || role === "reply") return role;
  return dir === "tx" ? "request" : "reply";
}

export function numberOf(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** Where a frame was heard, and on a connection how it was numbered: all that may differ between a request and its retry. */
const CIRCUMSTANCES = new Set(["type", "dir", "span", "transaction", "delimited"]);

/** Whether both ask for the same. */
export function sameRequest(one: HeardFrame, other: HeardFrame): boolean {
  if (one.unit !== other.unit || one.function !== other.function) return false;
  const names = Object.keys(one.frame).filter((name) => !CIRCUMSTANCES.has(name));
  if (names.length !== Object.keys(other.frame).filter((name) => !CIRCUMSTANCES.has(name)).length) return false;
  return names.every((name) => sameValue(one.frame[name], other.frame[name]));
}

function sameValue(one: Json | undefined, other: Json | undefined): boolean {
  return one === other || (typeof one === "object" && JSON.stringify(one) === JSON.stringify(other));
}

/** What of a reply cannot be the answer to the request, though unit and function are right. V1.1b3 §6. */
export type Contradiction = "quantity" | "address" | "value";

export function contradiction(request: HeardFrame, reply: HeardFrame): Contradiction | undefined {
  if (reply.exception !== undefined) return undefined;
  const [asked, answer] = [request.frame, reply.frame];
  if (asked["malformed"] !== undefined || answer["malformed"] !== undefined) return undefined;
  const quantity = numberOf(asked["quantity"]) ?? 0;
  switch (request.function) {
    case 1:
    case 2:
      return lengthOf(answer["values"]) === 8 * Math.ceil(quantity / 8) ? undefined : "quantity";
    case 3:
    case 4:
    case 23:
      return lengthOf(answer["values"]) === quantity ? undefined : "quantity";
    case 5:
    case 6:
    case 15:
    case 16:
    case 22:
      return notEchoed(asked, answer);
    default:
      return undefined;
  }
}

/** A write is echoed: where and how much, of one coil or register also what. */
function notEchoed(asked: Frame, answer: Frame): Contradiction | undefined {
  if (asked["address"] !== answer["address"]) return "address";
  if (asked["quantity"] !== answer["quantity"]) return "quantity";
  if (asked["andMask"] !== answer["andMask"] || asked["orMask"] !== answer["orMask"]) return "value";
  return answer["values"] === undefined || sameValue(asked["values"], answer["values"]) ? undefined : "value";
}

function lengthOf(value: Json | undefined): number | undefined {
  return Array.isArray(value) ? value.length : undefined;
}
