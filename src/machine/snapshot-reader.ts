import { FieldtapeError } from "../errors.ts";
import { SNAPSHOT_DEPTH_MAX, SNAPSHOT_MAGIC, TAG } from "./snapshot-layout.ts";

/** Code units that become a string at once: more would not fit on the stack. */
const STRING_STRIDE = 4096;
/** Below this many, one by one is faster. */
const SHORT = 24;

/**
 * Reads what `encodeSnapshot` wrote. Every declared length is checked against the bytes that are left before anything is
 * allocated, so hostile bytes cost no more than honest ones of their length.
 */
export class SnapshotReader {
  private offset = 0;
  private depth = 0;
  private readonly view: DataView;
  private readonly containers: unknown[] = [];
  private readonly keys: string[] = [];
  private readonly input: Uint8Array;

  constructor(input: Uint8Array) {
    this.input = input;
    this.view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  }

  whole(): unknown {
    for (const byte of SNAPSHOT_MAGIC) {
      if (this.offset >= this.input.length || this.byte() !== byte) {
        throw malformed("it was written by another version, or is none");
      }
    }
    const value = this.value();
    if (this.offset !== this.input.length) throw malformed(`bytes are left over after ${this.offset}`);
    return value;
  }

  private value(): unknown {
    const tag = this.byte();
    switch (tag) {
      case TAG.undefined:
        return undefined;
      case TAG.null:
        return null;
      case TAG.false:
        return false;
      case TAG.true:
        return true;
      case TAG.whole:
        return this.varint();
      case TAG.double:
        return this.double();
      case TAG.bigint:
        return this.bigint();
      case TAG.narrow:
        return this.narrow(this.length(1));
      case TAG.wide:
        return this.wide();
      case TAG.again:
        return this.again();
      default:
        return this.container(tag);
    }
  }

  private container(tag: number): unknown {
    this.depth += 1;
    if (this.depth > SNAPSHOT_DEPTH_MAX) throw malformed(`nested deeper than ${SNAPSHOT_DEPTH_MAX} levels`);
    const value = this.filled(tag);
    this.depth -= 1;
    return value;
  }

  private filled(tag: number): unknown {
    switch (tag) {
      case TAG.bytes:
        return this.bytes();
      case TAG.array:
        return this.array();
      case TAG.map:
        return this.map();
      case TAG.set:
        return this.set();
      case TAG.object:
        return this.object({});
      case TAG.bare:
        return this.object(Object.create(null));
      default:
        throw malformed(`an unknown tag ${tag} before byte ${this.offset}`);
    }
  }

  private bytes(): Uint8Array {
    const length = this.length(1);
    const value = this.input.slice(this.offset, this.offset + length);
    this.offset += length;
    this.containers.push(value);
    return value;
  }

  private array(): unknown[] {
    const value: unknown[] = [];
    this.containers.push(value);
    for (let left = this.length(1); left > 0; left -= 1) value.push(this.value());
    return value;
  }

  private map(): Map<unknown, unknown> {
    const value = new Map<unknown, unknown>();
    this.containers.push(value);
    for (let left = this.length(2); left > 0; left -= 1) {
      const key = this.value();
      value.set(key, this.value());
    }
    return value;
  }

  private set(): Set<unknown> {
    const value = new Set<unknown>();
    this.containers.push(value);
    for (let left = this.length(1); left > 0; left -= 1) value.add(this.value());
    return value;
  }

  private object(value: Record<string, unknown>): Record<string, unknown> {
    this.containers.push(value);
    for (let left = this.length(2); left > 0; left -= 1) {
      const key = this.key();
      const one = this.value();
      // Assigning this one name would set the prototype instead.
      if (key === "__proto__") {
        Object.defineProperty(value, key, { value: one, enumerable: true, writable: true, configurable: true });
      } else value[key] = one;
    }
    return value;
  }

  private key(): string {
    const before = this.varint();
    const key = before === 0 ? this.value() : this.keys[before - 1];
    if (typeof key !== "string") throw malformed(`a key that is no text before byte ${this.offset}`);
    if (before === 0) this.keys.push(key);
    return key;
  }

  private again(): unknown {
    const index = this.varint();
    if (index >= this.containers.length) throw malformed(`a reference to nothing before byte ${this.offset}`);
    return this.containers[index];
  }

  private bigint(): bigint {
    const negative = this.byte() === 1;
    const digits = this.narrow(this.length(1));
    if (!/^[0-9a-f]+$/.test(digits)) throw malformed(`a bigint without digits before byte ${this.offset}`);
    const magnitude = BigInt(`0x${digits}`);
    return negative ? -magnitude : magnitude;
  }

  private double(): number {
    this.need(8);
    const value = this.view.getFloat64(this.offset, true);
    this.offset += 8;
    return value;
  }

  private narrow(length: number): string {
    const end = this.offset + length;
    let text = "";
    while (this.offset < end) {
      const piece = this.input.subarray(this.offset, Math.min(end, this.offset + STRING_STRIDE));
      if (piece.length < SHORT) for (const unit of piece) text += String.fromCharCode(unit);
      else text += String.fromCharCode(...piece);
      this.offset += piece.length;
    }
    return text;
  }

  private wide(): string {
    const units: number[] = [];
    let text = "";
    for (let left = this.length(2); left > 0; left -= 1) {
      units.push(this.view.getUint16(this.offset, true));
      this.offset += 2;
      if (units.length === STRING_STRIDE) text += String.fromCharCode(...units.splice(0));
    }
    return text + String.fromCharCode(...units);
  }

  /** A count of things that take at least `each` bytes, so that as many can still follow. */
  private length(each: number): number {
    const count = this.varint();
    this.need(count * each);
    return count;
  }

  private varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (!Number.isSafeInteger(value)) break;
        return value;
      }
    }
    throw malformed(`a number that is too large before byte ${this.offset}`);
  }

  private byte(): number {
    const byte = this.input[this.offset];
    if (byte === undefined) throw malformed(`it ends at byte ${this.offset}, in the middle`);
    this.offset += 1;
    return byte;
  }

  private need(count: number): void {
    if (count > this.input.length - this.offset) throw malformed(`it ends before what byte ${this.offset} announces`);
  }
}

function malformed(why: string): FieldtapeError {
  return new FieldtapeError("INPUT_MALFORMED", `this snapshot cannot be read: ${why}`, {
    hint: "snapshots are caches: remove it, and it is made anew",
  });
}
