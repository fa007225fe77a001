import { fromHex } from "../../bytes/hex.ts";
import type { Json, JsonObject } from "../../bytes/json.ts";
import type { Frame, FrameOnWire } from "../../machine/machine.ts";

/** Bytes to be; one that is no whole number from 0 to 255 stands for a value that has no room. */
type Units = readonly number[];

const NO_ROOM = Number.NaN;

/**
 * Unit and protocol data unit that say what `edited` says; `undefined` if none do. In the frame as it was the unit stood at `unitAt`, and
 * `tail` bytes behind the data. Byte counts follow the values; so does the quantity, where the values were edited and the quantity was
 * not. The fill behind the last coil becomes 0. Clauses: MODBUS Application Protocol V1.1b3.
 */
export function encodeUnit(
  { bytes, value }: FrameOnWire,
  edited: Frame,
  { unitAt, tail }: { readonly unitAt: number; readonly tail: number },
): Uint8Array | undefined {
  const pdu = bytes.subarray(unitAt + 1, bytes.length - tail);
  const units = [numberOf(edited["unit"]), ...unitsOf(edited, { value, pdu })];
  const fits = units.every((unit) => Number.isInteger(unit) && unit >= 0 && unit <= 0xff);
  return fits ? Uint8Array.from(units) : undefined;
}

/** What the frame was before its value was edited. */
interface Before {
  readonly value: Frame;
  readonly pdu: Uint8Array;
}

function unitsOf(frame: Frame, before: Before): Units {
  const code = numberOf(frame["function"]);
  // §7: an exception has the function code with its highest bit set.
  const first = code + ((before.pdu[0] ?? 0) & 0x80);
  if (typeof frame["data"] === "string") return [first, ...(fromHex(frame["data"]) ?? [NO_ROOM])];
  if ("exception" in frame) return [first, numberOf(frame["exception"])];
  return [code, ...(frame["role"] === "request" ? requestBody(code, frame, before) : replyBody(code, frame, before))];
}

function requestBody(code: number, frame: Frame, { value: before }: Before): Units {
  const address = word(frame["address"]);
  const values = listOf(frame["values"]);
  switch (code) {
    case 1:
    case 2:
    case 3:
    case 4:
      return [...address, ...word(frame["quantity"])];
    case 15:
      return [...address, ...countOf("quantity", frame, before), ...counted(bits(values))];
    case 16:
      return [...address, ...countOf("quantity", frame, before), ...counted(values.flatMap(word))];
    case 23:
      return [
        ...address,
        ...word(frame["quantity"]),
        ...word(frame["writeAddress"]),
        ...countOf("writeQuantity", frame, before),
        ...counted(values.flatMap(word)),
      ];
    case 43:
      return [numberOf(frame["mei"]), numberOf(frame["readCode"]), numberOf(frame["object"])];
    default:
      return echoed(code, frame);
  }
}

function replyBody(code: number, frame: Frame, before: Before): Units {
  const values = listOf(frame["values"]);
  switch (code) {
    case 1:
    case 2:
      return counted(bits(values));
    case 3:
    case 4:
    case 23:
      return counted(values.flatMap(word));
    case 15:
    case 16:
      return [...word(frame["address"]), ...word(frame["quantity"])];
    case 43:
      return identification(frame, before);
    default:
      return echoed(code, frame);
  }
}

/** Functions of which the reply repeats the request: §6.5, §6.6, §6.16. */
function echoed(code: number, frame: Frame): Units {
  const address = word(frame["address"]);
  const [only, more] = listOf(frame["values"]);
  switch (code) {
    case 5:
      return [...address, only === 1 ? 0xff : only === 0 ? 0 : NO_ROOM, more === undefined ? 0 : NO_ROOM];
    case 6:
      return [...address, ...word(only)];
    case 22:
      return [...address, ...word(frame["andMask"]), ...word(frame["orMask"])];
    default:
      return [NO_ROOM];
  }
}

/** §6.21 */
function identification(frame: Frame, { value, pdu }: Before): Units {
  const objects = listOf(frame["objects"]);
  const moreFollows = frame["moreFollows"] === value["moreFollows"] ? (pdu[4] ?? 0) : frame["moreFollows"] ? 0xff : 0;
  return [
    numberOf(frame["mei"]),
    numberOf(frame["readCode"]),
    numberOf(frame["conformity"]),
    moreFollows,
    numberOf(frame["nextObject"]),
    objects.length,
    ...objects.flatMap(identificationObject),
  ];
}

function identificationObject(object: Json): Units {
  if (!isObject(object)) return [NO_ROOM];
  const { id, text, data } = object;
  const content = typeof data === "string" ? fromHex(data) : new TextEncoder().encode(String(text));
  return [numberOf(id), ...counted([...(content ?? [NO_ROOM])])];
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How many values there are: what the frame says, or, if only the values were edited, their number. */
function countOf(name: "quantity" | "writeQuantity", frame: Frame, before: Frame): Units {
  const followed = frame[name] === before[name] && frame["values"] !== before["values"];
  return word(followed ? listOf(frame["values"]).length : frame[name]);
}

function counted(units: Units): Units {
  return [units.length, ...units];
}

/** §4.2: big-endian. */
function word(value: Json | undefined): Units {
  const number = numberOf(value);
  return [Math.floor(number / 256), number % 256];
}

/** §6.1: the first bit is the least significant one of the first byte. */
function bits(values: readonly Json[]): Units {
  const bytes = new Array<number>(Math.ceil(values.length / 8)).fill(0);
  for (const [index, value] of values.entries()) {
    const bit = value === 0 || value === 1 ? value : NO_ROOM;
    bytes[index >> 3] = (bytes[index >> 3] ?? 0) + bit * 2 ** (index & 7);
  }
  return bytes;
}

function numberOf(value: Json | undefined): number {
  return typeof value === "number" ? value : NO_ROOM;
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [NO_ROOM];
}
