import type { Json } from "../../bytes/json.ts";
import type { OutputRecord, TapeRecord } from "../../tape/record.ts";
import type { Nanos } from "../../time/nanos.ts";
import { TimeScale } from "./time-scale.ts";

/** What happened when in one case, small enough to be drawn: counts over equal spans of time, and the few things that have a name. */
export interface Timeline {
  /** Where it ends, in tape time; the columns of a lane reach `width`, which is a little further. */
  readonly span: number;
  readonly width: number;
  readonly lanes: readonly Lane[];
  readonly moments: readonly Moment[];
  /** Moments beyond `MOMENTS_MAX` of a kind, which are not among `moments`. */
  readonly unlisted: number;
}

/** How much of something there was: `counts[i]` of it in the i-th of `COLUMNS` spans of equal length. */
export interface Lane {
  readonly name: LaneName;
  readonly counts: readonly number[];
  readonly total: number;
}

/** Something that happened at one moment and is worth reading. */
export interface Moment {
  readonly kind: "gap" | "mark" | "state";
  readonly at: number;
  readonly text: string;
}

/** From top to bottom. */
export const LANES = ["bytes rx", "bytes tx", "gaps", "marks", "frames", "faults", "states"] as const;
export type LaneName = (typeof LANES)[number];

export const COLUMNS = 256;
export const MOMENTS_MAX = 100;
const TEXT_MAX = 200;

/** Hears the records of a case, its tape's and what its subject said, in any order, in constant memory. */
export class TimelineBuilder {
  readonly #scale = new TimeScale(COLUMNS);
  readonly #totals = new Map<LaneName, number>();
  readonly #moments: Moment[] = [];
  readonly #listed = { gap: 0, mark: 0, state: 0 };
  #unlisted = 0;

  /** A record of the tape: what was heard. What the tape holds of an earlier decoding is passed over. */
  takeHeard(record: TapeRecord): void {
    this.#scale.reach(record.type === "header" ? 0 : record.at);
    if (record.type === "raw")
      this.#count(record.dir === "rx" ? "bytes rx" : "bytes tx", record.at, record.bytes.length);
    else if (record.type === "gap") this.#moment("gap", record.at, gapText(record.cause, record.bytes));
    else if (record.type === "mark") this.#moment("mark", record.at, record.label);
  }

  /** A record that the subject said. */
  takeSaid(record: TapeRecord): void {
    if (record.type === "raw") this.#count("bytes tx", record.at, record.bytes.length);
    if (record.type !== "output") return;
    const type = valueType(record.value);
    if (type === "frame") this.#count("frames", record.at, 1);
    else if (type === "fault") this.#count("faults", record.at, 1);
    else if (type === "state") this.#moment("state", record.at, stateText(record));
  }

  build(): Timeline {
    const { span, width, columns } = this.#scale;
    return {
      span,
      width,
      lanes: LANES.filter((name) => this.#totals.has(name)).map((name) => ({
        name,
        counts: columns(name),
        total: this.#totals.get(name) ?? 0,
      })),
      moments: this.#moments.toSorted((a, b) => a.at - b.at),
      unlisted: this.#unlisted,
    };
  }

  #moment(kind: Moment["kind"], at: Nanos, text: string): void {
    this.#count(`${kind}s`, at, 1);
    this.#listed[kind] += 1;
    if (this.#listed[kind] > MOMENTS_MAX) this.#unlisted += 1;
    else this.#moments.push({ kind, at, text: text.slice(0, TEXT_MAX) });
  }

  #count(name: LaneName, at: Nanos, amount: number): void {
    this.#scale.add(name, at, amount);
    this.#totals.set(name, (this.#totals.get(name) ?? 0) + amount);
  }
}

function valueType(value: Json): Json | undefined {
  return typeof value === "object" && value !== null && "type" in value ? value.type : undefined;
}

function gapText(cause: string, bytes: number | undefined): string {
  return bytes === undefined ? cause : `${cause}, ${bytes} bytes`;
}

/** Who, and what it is now: everything in the value but what it has in common with all states. */
function stateText({ machine, value }: OutputRecord): string {
  const { type: _, ...state } =
    typeof value === "object" && value !== null ? { type: undefined, ...value } : { type: "" };
  return `${machine} ${JSON.stringify(state)}`;
}
