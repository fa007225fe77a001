import { jsonProblem, LINE_MAX } from "../tape/limits.ts";
import { formatRecord } from "../tape/line.ts";
import type { OutputRecord, TapeRecord } from "../tape/record.ts";
import { PROTOTYPE, type Shape, TABLE_START } from "./output-table.ts";

const ROWS_MAX = 64;
const SHAPES_MAX = 16;

/** Writes what a subject says, in order: outputs as rows of tables, anything else as a line of its own. */
export class SaidLines {
  #text = "";
  #shapes: Shape[] = [];
  #rows: unknown[][] = [];
  /** Those that are in the rows. */
  #records: OutputRecord[] = [];

  /** Characters that can be taken; a table that is not full is not counted. */
  get length(): number {
    return this.#text.length;
  }

  /** @throws FieldtapeError LIMIT_EXCEEDED for what no line can hold */
  append(record: TapeRecord): void {
    if (record.type === "output" && this.#appendRow(record)) return;
    this.#close();
    this.#text += `${formatRecord(record)}\n`;
  }

  /** A line of the protocol that is no record. */
  message(message: object): void {
    this.#close();
    this.#text += `${JSON.stringify(message)}\n`;
  }

  /**
   * Whole lines, of everything so far.
   *
   * @throws FieldtapeError LIMIT_EXCEEDED for what no line can hold
   */
  take(): string {
    this.#close();
    const text = this.#text;
    this.#text = "";
    return text;
  }

  /** Whether it can be a row. */
  #appendRow(record: OutputRecord): boolean {
    const { at, value } = record;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    const members = Object.values(value);
    // What is not there is no member, and a list cannot leave one out.
    if (members.includes(undefined)) return false;
    const shape = this.#shapeOf(record, Object.keys(value));
    if (shape === undefined) return false;
    this.#rows.push([shape, at, ...members]);
    this.#records.push(record);
    if (this.#rows.length === ROWS_MAX) this.#close();
    return true;
  }

  #shapeOf(record: OutputRecord, names: readonly string[]): number | undefined {
    const { machine } = record;
    const channel = record.channel ?? null;
    const known = this.#shapes.findIndex(
      (shape) =>
        shape[0] === machine &&
        shape[1] === channel &&
        shape[2].length === names.length &&
        shape[2].every((name, index) => name === names[index]),
    );
    if (known >= 0) return known;
    if (names.includes(PROTOTYPE)) return undefined;
    if (this.#shapes.length === SHAPES_MAX) this.#close();
    return this.#shapes.push([machine, channel, names]) - 1;
  }

  #close(): void {
    const [shapes, rows, records] = [this.#shapes, this.#rows, this.#records];
    if (rows.length === 0) return;
    this.#shapes = [];
    this.#rows = [];
    this.#records = [];
    const line = `${TABLE_START}${JSON.stringify(shapes)},"rows":${JSON.stringify(rows)}}\n`;
    // `null` may stand for what JSON cannot say.
    const fits =
      line.length * 3 < LINE_MAX && !(line.includes("null") && rows.some((row) => jsonProblem(row) !== undefined));
    this.#text += fits ? line : records.map((record) => `${formatRecord(record)}\n`).join("");
  }
}
