import type { TapeRecord } from "../../tape/record.ts";
import { type Nanos, nanos, ZERO } from "../../time/nanos.ts";
import type { Fault } from "./schema.ts";

/** From where on a fault holds, in what the tape itself says. */
export type Start =
  | { readonly type: "beginning" }
  | { readonly type: "line"; readonly line: number }
  | { readonly type: "at"; readonly at: Nanos }
  | { readonly type: "mark"; readonly label: string }
  /** What comes after `at`, and what comes at that time on a later line: a state was said there. */
  | { readonly type: "after"; readonly at: Nanos; readonly line: number }
  /** The state was never said. */
  | { readonly type: "never" };

/** Where a fault starts whose place is on the tape; `undefined` for one that a state of the subject starts. */
export function startOf(fault: Fault): Start | undefined {
  if (fault.state !== undefined) return undefined;
  if (fault.record !== undefined) return { type: "line", line: fault.record };
  if (fault.at !== undefined) return { type: "at", at: fault.at };
  if (fault.mark !== undefined) return { type: "mark", label: fault.mark };
  return { type: "beginning" };
}

/** Watches a tape go by until a start has come. */
export class Starting {
  readonly #start: Start;
  #begun: boolean;

  constructor(start: Start) {
    this.#start = start;
    this.#begun = start.type === "beginning";
  }

  /** Whether the fault holds for this record: from then on it does for all. */
  holds(record: TapeRecord, line: number): boolean {
    this.#begun ||= this.#reached(record, line);
    return this.#begun;
  }

  /** When the fault began, if this record is the first that it holds for: a time may lie before the record that reaches it. */
  at(record: TapeRecord): Nanos {
    const at = atOf(record);
    const { type } = this.#start;
    return type === "at" || type === "after" ? nanos(Math.min(at, this.#start.at)) : at;
  }

  #reached(record: TapeRecord, line: number): boolean {
    const start = this.#start;
    switch (start.type) {
      case "beginning":
        return true;
      case "line":
        return line >= start.line;
      case "at":
        return record.type !== "header" && record.at >= start.at;
      case "mark":
        return record.type === "mark" && record.label === start.label;
      case "after":
        return record.type !== "header" && (record.at > start.at || (record.at === start.at && line > start.line));
      case "never":
        return false;
    }
  }
}

/** When a record is; a header stands at the beginning. */
export function atOf(record: TapeRecord): Nanos {
  return record.type === "header" ? ZERO : record.at;
}
