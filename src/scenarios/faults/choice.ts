import type { Random } from "../../bytes/random.ts";
import { compilePredicate, type Predicate } from "../../tape/predicate.ts";
import type { GapRecord, InputRecord, LinkRecord, RawRecord, TapeRecord } from "../../tape/record.ts";
import type { Fault } from "./schema.ts";
import { type Start, Starting } from "./start.ts";

/** What a fault is placed with, besides its own settings. */
export interface Placement {
  readonly start: Start;
  /** The fault's own chance: it depends on the seed, the fault's number and the line, and on nothing that was drawn before. */
  readonly random: Random;
  /** Hears that the fault disturbs a record. A fault that never does is a broken scenario. */
  readonly found: () => void;
}

/** The records that a fault may take. */
export type Disturbed = RawRecord | LinkRecord | GapRecord | InputRecord;

type Choosing = Pick<Fault, "where"> & {
  readonly channel?: number | undefined;
  readonly dir?: "rx" | "tx" | undefined;
  readonly skip?: number | undefined;
  readonly count?: number | undefined;
  readonly chance?: number | undefined;
  readonly type?: Disturbed["type"];
};

/** Picks the records that a fault takes: those behind its start that fit, so many, each by its chance. */
export class Choice {
  readonly #choosing: Choosing;
  readonly #placement: Placement;
  readonly #starting: Starting;
  readonly #where: Predicate | undefined;
  #skip: number;
  #left: number;

  constructor(choosing: Choosing, placement: Placement) {
    this.#choosing = choosing;
    this.#placement = placement;
    this.#starting = new Starting(placement.start);
    this.#where = choosing.where === undefined ? undefined : compilePredicate(choosing.where);
    this.#skip = choosing.skip ?? 0;
    this.#left = choosing.count ?? (choosing.where === undefined ? 1 : Number.POSITIVE_INFINITY);
  }

  /** Must be asked for every record in turn. `fits`: whether the fault can do its work on this one. */
  takes(record: TapeRecord, line: number, fits: (record: Disturbed) => boolean = () => true): record is Disturbed {
    if (!this.#starting.holds(record, line) || this.#left === 0) return false;
    if (!isDisturbed(record) || !this.#isMeant(record) || !fits(record)) return false;
    if (this.#skip > 0) {
      this.#skip -= 1;
      return false;
    }
    const { chance } = this.#choosing;
    if (chance !== undefined && !this.#placement.random.fork(`chance/${line}`).chance(chance)) return false;
    this.#placement.found();
    this.#left -= 1;
    return true;
  }

  /** The same for a fault that takes reads only. */
  takesRead(record: TapeRecord, line: number, bytesMin = 0): record is RawRecord {
    return this.takes(record, line, (one) => one.type === "raw" && one.bytes.length >= bytesMin);
  }

  #isMeant(record: Disturbed): boolean {
    const { channel, dir, type } = this.#choosing;
    if (record.type !== (type ?? "raw")) return false;
    if (channel !== undefined && record.channel !== channel) return false;
    if (dir !== undefined && !("dir" in record && record.dir === dir)) return false;
    return this.#where === undefined || this.#where(record);
  }
}

function isDisturbed(record: TapeRecord): record is Disturbed {
  return record.type === "raw" || record.type === "link" || record.type === "gap" || record.type === "input";
}
