import { LINE_MAX } from "../tape/limits.ts";
import { formatRecord } from "../tape/line.ts";
import type { TapeRecord } from "../tape/record.ts";

/** Writes what a subject says as lines; most are outputs of one machine with a plain value, and those cost little more than their JSON. */
export class SaidLines {
  #machine = "";
  #machineText = '""';

  /** @throws FieldtapeError LIMIT_EXCEEDED for what no line can hold */
  line(record: TapeRecord): string {
    if (record.type !== "output" || record.channel === undefined) return `${formatRecord(record)}\n`;
    const value = JSON.stringify(record.value);
    // `null` may stand for what JSON cannot say; and a long line may be too long.
    if (value === undefined || value.includes("null") || value.length * 3 > LINE_MAX / 2)
      return `${formatRecord(record)}\n`;
    return `{"type":"output","at":${record.at},"machine":${this.#named(record.machine)},"channel":${record.channel},"value":${value}}\n`;
  }

  #named(machine: string): string {
    if (machine !== this.#machine) {
      this.#machine = machine;
      this.#machineText = JSON.stringify(machine);
    }
    return this.#machineText;
  }
}
