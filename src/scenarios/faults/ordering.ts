import { READ_SIZE_MAX } from "../../tape/rechunk.ts";
import type { RawRecord, TapeRecord } from "../../tape/record.ts";
import type { Emit, Stage, Transform } from "../../tape/transform.ts";
import type { Nanos } from "../../time/nanos.ts";
import { Choice, type Placement } from "./choice.ts";
import { endsOrder, isSameWire } from "./held-back.ts";
import type { FaultOf } from "./schema.ts";
import { atOf } from "./start.ts";

// Faults that put reads of one channel and direction into another order or number.

/** Later reads overtake it. */
export function reorder(fault: FaultOf<"reorder">, placement: Placement): Transform {
  return (emit) => new Reordering(fault, placement, emit);
}

/** Several reads come as one, when the last of them came. */
export function join(fault: FaultOf<"join">, placement: Placement): Transform {
  return (emit) => new Joining(fault, placement, emit);
}

interface Overtaken {
  readonly read: RawRecord;
  readonly line: number;
  left: number;
}

class Reordering implements Stage {
  readonly #choice: Choice;
  readonly #behind: number;
  readonly #emit: Emit;
  #overtaken: Overtaken[] = [];
  #at: Nanos | undefined;

  constructor(fault: FaultOf<"reorder">, placement: Placement, emit: Emit) {
    this.#choice = new Choice(fault, placement);
    this.#behind = fault.behind;
    this.#emit = emit;
  }

  take(record: TapeRecord, line: number): void {
    this.#at = atOf(record);
    this.#letGo(({ read }) => endsOrder(read, record));
    const taken = this.#choice.takesRead(record, line);
    if (!taken) this.#emit(record, line);
    for (const one of this.#overtaken) if (isSameWire(one.read, record)) one.left -= 1;
    this.#letGo(({ left }) => left <= 0);
    if (taken) this.#overtaken.push({ read: record, line, left: this.#behind });
  }

  end(): void {
    this.#letGo(() => true);
  }

  #letGo(which: (one: Overtaken) => boolean): void {
    if (this.#overtaken.length === 0) return;
    const going = this.#overtaken.filter(which);
    this.#overtaken = this.#overtaken.filter((one) => !going.includes(one));
    for (const { read, line } of going) this.#emit({ ...read, at: this.#at ?? read.at }, line);
  }
}

class Joining implements Stage {
  readonly #choice: Choice;
  readonly #reads: number;
  readonly #emit: Emit;
  /** Reads that wait for the rest of theirs; `at` is that of the last. */
  #waiting: { read: RawRecord; line: number; left: number }[] = [];
  #at: Nanos | undefined;

  constructor(fault: FaultOf<"join">, placement: Placement, emit: Emit) {
    this.#choice = new Choice(fault, placement);
    this.#reads = fault.reads;
    this.#emit = emit;
  }

  take(record: TapeRecord, line: number): void {
    this.#at = atOf(record);
    const waiting = this.#waiting.find(({ read }) => isSameWire(read, record));
    if (waiting !== undefined && record.type === "raw") {
      waiting.read = { ...record, bytes: joined(waiting.read.bytes, record.bytes) };
      waiting.line = line;
      waiting.left -= 1;
      this.#letGo(({ left, read }) => left === 0 || read.bytes.length >= READ_SIZE_MAX);
      return;
    }
    this.#letGo(({ read }) => endsOrder(read, record));
    if (this.#choice.takesRead(record, line)) this.#waiting.push({ read: record, line, left: this.#reads - 1 });
    else this.#emit(record, line);
  }

  end(): void {
    this.#letGo(() => true);
  }

  #letGo(which: (one: { read: RawRecord; left: number }) => boolean): void {
    const going = this.#waiting.filter(which);
    if (going.length === 0) return;
    this.#waiting = this.#waiting.filter((one) => !going.includes(one));
    for (const { read, line } of going) this.#emit({ ...read, at: this.#at ?? read.at }, line);
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
