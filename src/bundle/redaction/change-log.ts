import type { Json } from "../../bytes/json.ts";
import type { ChangedFrame } from "./decide.ts";
import { isList, isObject } from "./field-path.ts";

type Steps = readonly (string | number)[];

/** What is known of a frame on the redacted tape. */
export interface LoggedChange {
  /** Where its value was edited. */
  readonly paths: readonly Steps[];
  /** Where it has to stand now; `undefined`: what is said has no place on a wire. */
  readonly span: readonly [number, number] | undefined;
}

interface LaneLog {
  /** Four numbers a frame: offset, length, new length, and which paths. */
  readonly numbers: number[];
  /** The next one that was not passed, and by how many bytes everything behind those that were is moved. */
  next: number;
  moved: number;
}

const WIDTH = 4;

/** Which frames were changed and where, to be asked for in the order of the frames: it grows by 32 bytes a changed frame. */
export class ChangeLog {
  readonly #lanes = new Map<string, LaneLog>();
  readonly #pathSets: (readonly Steps[])[] = [];
  readonly #known = new Map<string, number>();

  add({ lane: { channel, dir }, offset, length, newLength, paths }: ChangedFrame): void {
    this.#lane(channel, dir).numbers.push(offset, length, newLength, this.#intern(paths));
  }

  /** Of a frame of the original tape, or of anything else that is said there. */
  of(channel: number | undefined, value: Json): LoggedChange {
    if (!isObject(value) || channel === undefined) return { paths: [], span: undefined };
    const { dir, span } = value;
    const [start, length] = isList(span) ? span : [];
    if (typeof dir !== "string" || typeof start !== "number" || typeof length !== "number")
      return { paths: [], span: undefined };
    const log = this.#lane(channel, dir);
    const { numbers } = log;
    while ((numbers[log.next] ?? Number.POSITIVE_INFINITY) + (numbers[log.next + 1] ?? 0) <= start) {
      log.moved += (numbers[log.next + 2] ?? 0) - (numbers[log.next + 1] ?? 0);
      log.next += WIDTH;
    }
    const [offset, , newLength = length, set = -1] = numbers.slice(log.next, log.next + WIDTH);
    if (offset !== start) return { paths: [], span: [start + log.moved, length] };
    return { paths: this.#pathSets[set] ?? [], span: [start + log.moved, newLength] };
  }

  #lane(channel: number, dir: string): LaneLog {
    const name = `${channel}/${dir}`;
    let log = this.#lanes.get(name);
    if (log === undefined) {
      log = { numbers: [], next: 0, moved: 0 };
      this.#lanes.set(name, log);
    }
    return log;
  }

  #intern(paths: readonly Steps[]): number {
    const name = JSON.stringify(paths);
    let index = this.#known.get(name);
    if (index === undefined) {
      index = this.#pathSets.push(paths) - 1;
      this.#known.set(name, index);
    }
    return index;
  }
}
