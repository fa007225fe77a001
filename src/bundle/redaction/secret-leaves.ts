import { Buffer } from "node:buffer";
import { fromHex, toHex } from "../../bytes/hex.ts";
import type { Json } from "../../bytes/json.ts";
import type { Edit } from "../../machine/machine.ts";
import { isList, isObject } from "./field-path.ts";
import type { Pseudonyms } from "./pseudonyms.ts";

/** What says where and what a frame is. */
const FIXED: ReadonlySet<string> = new Set(["type", "dir", "span", "role"]);
/** A part of a secret that is shorter says nothing. */
const PART_LENGTH_MIN = 3;
/** A checksum in letters, or one of four bytes, and what sets it off. */
const TRAILER_MAX = 8;

/**
 * The places of a frame's value in which a secret stands, with an alias in its place: as text, as bytes in hex, or as numbers that are bytes or words of the
 * wire. Some are copies of others (the whole of a sentence, say): which of them an encoder takes, only trying tells.
 */
export function secretEdits(value: Json, secret: Uint8Array, pseudonyms: Pseudonyms): readonly Edit[] {
  const core = trimmed(secret);
  if (core.length === 0) return [];
  const edits: Edit[] = [];
  const look = (path: readonly (string | number)[], leaf: Json): void => {
    const changed =
      typeof leaf === "string"
        ? inText(leaf, core, pseudonyms)
        : isNumbers(leaf)
          ? inNumbers(leaf, core, pseudonyms)
          : undefined;
    if (changed !== undefined) edits.push({ path, value: changed });
    else if (isList(leaf)) for (const [index, item] of leaf.entries()) look([...path, index], item);
    else if (isObject(leaf))
      for (const [name, member] of Object.entries(leaf))
        if (member !== undefined && !(path.length === 0 && FIXED.has(name))) look([...path, name], member);
  };
  look([], value);
  return edits;
}

/** Whether enough of a secret is still there to be told. */
export function holds(bytes: Uint8Array, secret: Uint8Array): boolean {
  const core = trimmed(secret);
  return (
    core.length >= PART_LENGTH_MIN && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(core) >= 0
  );
}

/** Whether there is anything to a secret, or the part of one, besides line ends and blanks. */
export function tells(secret: Uint8Array): boolean {
  return trimmed(secret).length > 0;
}

/**
 * The secret, then less and less of its end where that is the frame's end, too: what looks like a secret may reach over the checksum behind the last field,
 * which is made anew.
 */
export function* withoutTrailer(secret: Uint8Array, frame: Uint8Array): Generator<Uint8Array> {
  yield secret;
  const core = trimmed(secret);
  const end = trimmed(frame);
  if (Buffer.compare(core, end.subarray(Math.max(0, end.length - core.length))) !== 0) return;
  for (let less = 1; less <= TRAILER_MAX && core.length - less >= PART_LENGTH_MIN; less += 1)
    yield core.subarray(0, core.length - less);
}

/** Without line ends and blanks around it: those may belong to the frame. */
function trimmed(secret: Uint8Array): Uint8Array {
  const isBlank = (byte: number | undefined): boolean =>
    byte === 0x0d || byte === 0x0a || byte === 0x20 || byte === 0x09;
  let [from, to] = [0, secret.length];
  while (from < to && isBlank(secret[from])) from += 1;
  while (to > from && isBlank(secret[to - 1])) to -= 1;
  return secret.subarray(from, to);
}

function inText(text: string, secret: Uint8Array, pseudonyms: Pseudonyms): string | undefined {
  for (const encoding of ["utf8", "latin1"] as const) {
    const part = Buffer.from(secret).toString(encoding);
    const alias = (): string => Buffer.from(pseudonyms.bytes(secret)).toString(encoding);
    if (text.includes(part)) return text.replaceAll(part, alias);
    // A secret may reach over several fields.
    if (text.length >= PART_LENGTH_MIN && part.includes(text)) return pseudonyms.text(text);
  }
  return text.includes(toHex(secret)) ? hexWith(text, secret, pseudonyms) : undefined;
}

function hexWith(text: string, secret: Uint8Array, pseudonyms: Pseudonyms): string | undefined {
  const bytes = fromHex(text);
  const changed = bytes === undefined ? undefined : bytesWith(bytes, secret, pseudonyms);
  return changed === undefined ? undefined : toHex(changed);
}

/** Numbers that are all bytes, or all 16-bit words, as they stand on the wire: the high byte first. */
function inNumbers(
  numbers: readonly number[],
  secret: Uint8Array,
  pseudonyms: Pseudonyms,
): readonly number[] | undefined {
  const wide = numbers.some((number) => number > 0xff);
  for (const width of wide ? [2] : [1, 2]) {
    const bytes = Uint8Array.from(numbers.flatMap((number) => (width === 1 ? [number] : [number >> 8, number & 0xff])));
    const changed = bytesWith(bytes, secret, pseudonyms);
    if (changed === undefined) continue;
    return numbers.map((_, index) =>
      width === 1 ? (changed[index] ?? 0) : (changed[2 * index] ?? 0) * 256 + (changed[2 * index + 1] ?? 0),
    );
  }
  return undefined;
}

function bytesWith(bytes: Uint8Array, secret: Uint8Array, pseudonyms: Pseudonyms): Uint8Array | undefined {
  const view = Buffer.from(bytes);
  const alias = pseudonyms.bytes(secret);
  let found = false;
  for (let at = view.indexOf(secret); at >= 0; at = view.indexOf(secret, at + secret.length)) {
    view.set(alias, at);
    found = true;
  }
  return found ? new Uint8Array(view) : undefined;
}

function isNumbers(leaf: Json): leaf is readonly number[] {
  return (
    isList(leaf) &&
    leaf.length > 0 &&
    leaf.every((item) => typeof item === "number" && Number.isInteger(item) && item >= 0 && item <= 0xffff)
  );
}
