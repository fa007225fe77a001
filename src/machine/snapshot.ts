import { FieldtapeError } from "../errors.ts";
import { SNAPSHOT_DEPTH_MAX, SNAPSHOT_MAGIC, TAG } from "./snapshot-layout.ts";
import { SnapshotReader } from "./snapshot-reader.ts";
import { SnapshotWriter } from "./snapshot-writer.ts";

/**
 * Plain data as bytes: numbers (−0, NaN and infinities too), strings, booleans, undefined, null, bigints, Uint8Arrays,
 * arrays, Maps, Sets and plain objects, nested at will. Equal values, built in the same order, give equal bytes.
 *
 * @throws FieldtapeError SUBJECT_CRASHED, naming the place, on anything else (a function, a Date, an instance of a class):
 *   a state must be plain data, so one that is not is a bug of its machine.
 */
export function encodeSnapshot(value: unknown): Uint8Array {
  const encoder = new Encoder();
  encoder.value(value);
  return encoder.out.finish();
}

/**
 * The value that `encodeSnapshot` was given: equal, and with nothing shared with it.
 *
 * @throws FieldtapeError INPUT_MALFORMED on any other bytes, at a cost bounded by their length.
 */
export function decodeSnapshot(bytes: Uint8Array): unknown {
  return new SnapshotReader(bytes).whole();
}

class Encoder {
  readonly out = new SnapshotWriter();
  private readonly seen = new Map<object, number>();
  private readonly keys = new Map<string, number>();
  /** Where we are, for the refusal. */
  private readonly path: (string | number)[] = [];

  constructor() {
    for (const byte of SNAPSHOT_MAGIC) this.out.byte(byte);
  }

  value(value: unknown): void {
    if (typeof value === "number") this.number(value);
    else if (typeof value === "string") this.text(value);
    else if (typeof value === "boolean") this.out.byte(value ? TAG.true : TAG.false);
    else if (value === undefined) this.out.byte(TAG.undefined);
    else if (value === null) this.out.byte(TAG.null);
    else if (typeof value === "bigint") this.bigint(value);
    else if (typeof value === "object") this.container(value);
    else throw this.refused(`a ${typeof value}`);
  }

  private number(value: number): void {
    if (Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0)) {
      this.out.byte(TAG.whole);
      this.out.varint(value);
    } else {
      this.out.byte(TAG.double);
      this.out.double(value);
    }
  }

  private bigint(value: bigint): void {
    const digits = (value < 0n ? -value : value).toString(16);
    this.out.byte(TAG.bigint);
    this.out.byte(value < 0n ? 1 : 0);
    this.out.varint(digits.length);
    this.out.narrow(digits);
  }

  private text(value: string): void {
    let wide = false;
    for (let i = 0; i < value.length && !wide; i += 1) wide = value.charCodeAt(i) > 0xff;
    this.out.byte(wide ? TAG.wide : TAG.narrow);
    this.out.varint(value.length);
    if (wide) this.out.wide(value);
    else this.out.narrow(value);
  }

  private container(value: object): void {
    const before = this.seen.get(value);
    if (before !== undefined) {
      this.head(TAG.again, before);
      return;
    }
    if (this.path.length >= SNAPSHOT_DEPTH_MAX) throw this.refused(`nested deeper than ${SNAPSHOT_DEPTH_MAX} levels`);
    this.seen.set(value, this.seen.size);
    if (value instanceof Uint8Array) {
      this.head(TAG.bytes, value.length);
      this.out.bytes(value);
    } else if (Array.isArray(value)) this.array(value);
    else if (value instanceof Map) this.map(value);
    else if (value instanceof Set) this.set(value);
    else this.object(value);
  }

  private array(value: readonly unknown[]): void {
    if (Object.keys(value).length !== value.length) throw this.refused("an array with holes or names");
    this.head(TAG.array, value.length);
    for (let i = 0; i < value.length; i += 1) this.within(i, value[i]);
  }

  private map(value: ReadonlyMap<unknown, unknown>): void {
    this.head(TAG.map, value.size);
    for (const [key, one] of value) {
      this.within("key", key);
      this.within(String(key), one);
    }
  }

  private set(value: ReadonlySet<unknown>): void {
    this.head(TAG.set, value.size);
    for (const one of value) this.within("member", one);
  }

  private object(value: object): void {
    if (!isPlain(value)) throw this.refused(`a ${value.constructor.name}`);
    if (Object.getOwnPropertySymbols(value).length > 0) throw this.refused("an object with symbols for keys");
    const keys = Object.keys(value);
    this.head(Object.getPrototypeOf(value) === null ? TAG.bare : TAG.object, keys.length);
    for (const key of keys) {
      this.key(key);
      this.within(key, value[key]);
    }
  }

  /** Many states have the same few keys: each is spelt out once, and from then on named by its number. */
  private key(key: string): void {
    const before = this.keys.get(key);
    this.out.varint(before ?? 0);
    if (before !== undefined) return;
    this.keys.set(key, this.keys.size + 1);
    this.text(key);
  }

  private head(tag: number, length: number): void {
    this.out.byte(tag);
    this.out.varint(length);
  }

  private within(step: string | number, value: unknown): void {
    this.path.push(step);
    this.value(value);
    this.path.pop();
  }

  private refused(what: string): FieldtapeError {
    const place = ["state", ...this.path.slice(0, 8)].join(".");
    return new FieldtapeError("SUBJECT_CRASHED", `${place} is ${what}: the state of a machine must be plain data`, {
      hint: "keep numbers, strings, booleans, bigints, bytes, arrays, Maps, Sets and plain objects in it",
    });
  }
}

function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
