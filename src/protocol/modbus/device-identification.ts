import { toHex } from "../../bytes/hex.ts";
import { type IdentificationObject, malformed, opaque, type PduFields, wrongLength } from "./pdu-fields.ts";

/** §6.21: the kind of encapsulated interface that reads a device's identification. */
const IDENTIFICATION = 14;

/** Function 43; every encapsulated interface but 14 is kept as hex. */
export function decodeIdentificationRequest(bytes: Uint8Array, body: number, end: number, code: number): PduFields {
  if (body >= end || bytes[body] !== IDENTIFICATION) return opaque(bytes, body, end, code);
  if (end - body !== 3) return wrongLength(bytes, body, end, code, 3);
  return { function: code, mei: IDENTIFICATION, readCode: bytes[body + 1] ?? 0, object: bytes[body + 2] ?? 0 };
}

export function decodeIdentificationReply(bytes: Uint8Array, body: number, end: number, code: number): PduFields {
  if (body >= end || bytes[body] !== IDENTIFICATION) return opaque(bytes, body, end, code);
  if (end - body < 6) return malformed(bytes, body, end, code, "ends before its number of objects");
  const objects = readObjects(bytes, body + 6, end, bytes[body + 5] ?? 0);
  if (typeof objects === "string") return malformed(bytes, body, end, code, objects);
  return {
    function: code,
    mei: IDENTIFICATION,
    readCode: bytes[body + 1] ?? 0,
    conformity: bytes[body + 2] ?? 0,
    moreFollows: bytes[body + 3] !== 0,
    nextObject: bytes[body + 4] ?? 0,
    objects,
  };
}

/** `count` objects that fill `bytes[start, end)` exactly, or the reason why they do not. */
function readObjects(bytes: Uint8Array, start: number, end: number, count: number): IdentificationObject[] | string {
  const objects: IdentificationObject[] = [];
  let at = start;
  while (objects.length < count) {
    const stop = at + 2 + (bytes[at + 1] ?? 0);
    if (at + 2 > end || stop > end) return `object ${objects.length + 1} of ${count} ends too early`;
    objects.push(readObject(bytes[at] ?? 0, bytes, at + 2, stop));
    at = stop;
  }
  return at === end ? objects : `bytes left after the last object: ${end - at}`;
}

function readObject(id: number, bytes: Uint8Array, start: number, end: number): IdentificationObject {
  let text = "";
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x20 || byte > 0x7e) return { id, data: toHex(bytes, start, end) };
    text += String.fromCharCode(byte);
  }
  return { id, text };
}
