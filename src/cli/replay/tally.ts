import type { TapeRecord } from "../../tape/record.ts";
import { plural } from "../plural.ts";

/** What came out of a replay, counted. */
export class Tally {
  fed = 0;
  /** Bytes that were played to a live program. */
  played = 0;
  frames = 0;
  faults = 0;
  states = 0;
  /** Bytes that a participant or a live program sent. */
  sent = 0;
  others = 0;

  take(outputs: readonly TapeRecord[]): void {
    for (const record of outputs) {
      if (record.type === "raw") this.sent += record.bytes.length;
      else if (record.type === "output") this.#count(record.value);
    }
  }

  #count(value: unknown): void {
    const type = typeof value === "object" && value !== null && "type" in value ? value.type : undefined;
    if (type === "frame") this.frames += 1;
    else if (type === "fault") this.faults += 1;
    else if (type === "state") this.states += 1;
    else this.others += 1;
  }

  /** `3 frames, 1 fault` */
  get words(): string {
    const counts = [
      [this.frames, "frame"],
      [this.faults, "fault"],
      [this.states, "state"],
      [this.others, "other output"],
    ] as const;
    const told = counts.filter(([count]) => count > 0).map(([count, one]) => plural(count, one));
    if (this.played > 0) told.unshift(`${plural(this.played, "byte")} played`);
    // What a subject sends comes out of it; a live program answers what was played.
    if (this.sent > 0) told.push(`${plural(this.sent, "byte")} ${this.played > 0 ? "answered" : "sent"}`);
    return told.length === 0 ? "nothing came out" : told.join(", ");
  }
}
