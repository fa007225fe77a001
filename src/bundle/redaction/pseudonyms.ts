import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { fromHex, toHex } from "../../bytes/hex.ts";
import { isText } from "../../bytes/utf8.ts";
import { classesOf } from "./character-class.ts";
import { displaced, KeyedBlocks, permuted } from "./permutation.ts";

/** So many aliases are remembered; beyond, they are made again. */
const KNOWN_MAX = 65_536;
/** Stands for a byte that is no ASCII: it has no alias as text. */
const BEYOND_TEXT = 0x7f;
/** Longer ones are made, and not remembered. */
const KNOWN_LENGTH_MAX = 256;

/** Numbers between two of these exchange their places: an alias has as many digits, and needs as many bytes. */
const BOUNDS: readonly number[] = [
  1,
  2 ** 8,
  2 ** 16,
  2 ** 24,
  2 ** 32,
  ...Array.from({ length: 15 }, (_, index) => 10 ** (index + 1)),
  Number.MAX_SAFE_INTEGER,
].toSorted((a, b) => a - b);

/**
 * Aliases by a key: the same value has the same alias, wherever it stands; a value and its alias have the same length and the same kind of
 * characters at the same places. Values of one shape never share an alias.
 */
export class Pseudonyms {
  readonly #key: Uint8Array;
  readonly #blocks: KeyedBlocks;
  readonly #known = new Map<string, string>();

  constructor(key: Uint8Array) {
    this.#key = key;
    this.#blocks = new KeyedBlocks(key);
  }

  /** Names the key without telling it: who compares two bundles sees whether their aliases agree. */
  get fingerprint(): string {
    return createHmac("sha256", this.#key).update("fieldtape redaction key").digest("hex").slice(0, 16);
  }

  /** Those of the first try are these; of another one they have a key that is made of this one. */
  ofTry(tries: number): Pseudonyms {
    if (tries === 1) return this;
    return new Pseudonyms(createHmac("sha256", this.#key).update(`fieldtape redaction, try ${tries}`).digest());
  }

  /** Digits become digits, letters letters of their case, hex digits hex digits; punctuation and blanks stay. */
  text(text: string): string {
    return this.#remembered(`t${text}`, () => {
      const classes = classesOf(text);
      const moving = classes.filter((one) => one !== undefined);
      if (moving.length === 0) return text;
      const shape = [...text].map((character, index) => classes[index]?.first ?? character).join("");
      const image = displaced(this.#blocks, `text ${shape}`, {
        digits: moving.map(({ place }) => place),
        sizes: moving.map(({ size }) => size),
      });
      let next = 0;
      return [...text]
        .map((character, index) => {
          const one = classes[index];
          return one === undefined ? character : one.at(image[next++] ?? 0);
        })
        .join("");
    });
  }

  /** 0 stays 0. A number that is not whole changes its digits. */
  number(value: number): number {
    if (value === 0 || !Number.isFinite(value)) return value;
    if (value < 0) return -this.number(-value);
    const known = this.#remembered(`n${value}`, () => String(this.#numberAlias(value)));
    return Number(known);
  }

  /** Bytes that are text are treated as text; of others each becomes any. */
  bytes(bytes: Uint8Array): Uint8Array {
    if (bytes.length === 0) return bytes;
    if (isText(bytes, 0, bytes.length))
      return new TextEncoder().encode(this.text(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)));
    const hex = this.#remembered(`b${toHex(bytes)}`, () => {
      const sizes = new Array<number>(bytes.length).fill(256);
      return toHex(Uint8Array.from(displaced(this.#blocks, "bytes", { digits: [...bytes], sizes })));
    });
    return fromHex(hex) ?? bytes;
  }

  /** Bytes that are text but for a few: each of those becomes any other that is none, and the rest is treated as text. */
  characters(bytes: Uint8Array): Uint8Array {
    const text = this.text(Buffer.from(bytes.map((byte) => Math.min(byte, BEYOND_TEXT))).toString("latin1"));
    const others = this.bytes(bytes);
    return bytes.map((byte, index) => (byte < 0x80 ? text.charCodeAt(index) : 0x80 + ((others[index] ?? 0) % 0x80)));
  }

  /** Degrees and minutes as NMEA 0183 has them, `4807.038` or `01131.000`; anything else as text. */
  position(text: string, of: "latitude" | "longitude"): string {
    const degrees = of === "latitude" ? 90 : 180;
    const [, whole = "", minutes = "", rest = ""] = /^(\d{2,3})([0-5]\d)((?:\.\d{1,12})?)$/.exec(text) ?? [];
    if (whole.length !== (of === "latitude" ? 2 : 3) || Number(whole) >= degrees) return this.text(text);
    const decimals = [...rest.slice(1)].map(Number);
    const image = displaced(this.#blocks, of, {
      digits: [Number(whole), Number(minutes), ...decimals],
      sizes: [degrees, 60, ...decimals.map(() => 10)],
    });
    const [first = 0, second = 0, ...others] = image;
    const front = `${String(first).padStart(whole.length, "0")}${String(second).padStart(2, "0")}`;
    return `${front}${rest.slice(0, 1)}${others.join("")}`;
  }

  /** A host: an IPv4 address stays one, of the same length; anything else as text. */
  host(host: string): string {
    const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host)?.slice(1).map(Number);
    if (parts === undefined || parts.some((part) => part > 255)) return this.text(host);
    const ranges = parts.map((part) =>
      part < 10 ? [0, 10] : part < 100 ? [10, 90] : part < 200 ? [100, 100] : [200, 55],
    );
    const image = displaced(this.#blocks, "host", {
      digits: parts.map((part, index) =>
        Math.max(0, Math.min(part - (ranges[index]?.[0] ?? 0), (ranges[index]?.[1] ?? 1) - 1)),
      ),
      sizes: ranges.map(([, size = 1]) => size),
    });
    return image.map((place, index) => place + (ranges[index]?.[0] ?? 0)).join(".");
  }

  #numberAlias(value: number): number {
    if (!Number.isSafeInteger(value)) {
      const [, front = "", rest = ""] = /^(\d+\.)(\d+)$/.exec(String(value)) ?? [];
      return rest === ""
        ? 0
        : Number(front.replace(/^[1-9]\d*/, (whole) => String(this.number(Number(whole)))) + this.text(rest));
    }
    const above = BOUNDS.findIndex((bound) => bound > value);
    const low = BOUNDS[above - 1] ?? 1;
    const size = (BOUNDS[above] ?? Number.MAX_SAFE_INTEGER) - low;
    const width = String(size - 1).length;
    const sizes = new Array<number>(width).fill(10);
    // Cycle walking (Black and Rogaway): what falls outside is permuted once more, until it does not.
    const from = value - low;
    for (let place = from; ; ) {
      const digits = [...String(place).padStart(width, "0")].map(Number);
      place = Number(permuted(this.#blocks, `number ${low}`, { digits, sizes }).join(""));
      if (place < size) return low + (place === from ? (place + 1) % size : place);
    }
  }

  #remembered(name: string, make: () => string): string {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const made = make();
    if (name.length > KNOWN_LENGTH_MAX) return made;
    if (this.#known.size >= KNOWN_MAX) this.#known.clear();
    this.#known.set(name, made);
    return made;
  }
}

/** Bytes of which nothing is left: digits are zeros and letters `x` where they were text, zeros where they were not. */
export function masked(bytes: Uint8Array): Uint8Array {
  if (!isText(bytes, 0, bytes.length)) return new Uint8Array(bytes.length);
  return bytes.map(maskedByte);
}

export function maskedText(text: string): string {
  return Buffer.from(masked(new TextEncoder().encode(text)))
    .toString("latin1")
    .slice(0, text.length);
}

function maskedByte(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return 0x30;
  if (byte >= 0x41 && byte <= 0x5a) return 0x58;
  return (byte >= 0x61 && byte <= 0x7a) || byte >= 0x80 ? 0x78 : byte;
}
