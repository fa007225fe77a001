import { expect } from "vitest";
import { checkTape } from "../../src/tape/check.ts";
import { formatRecord } from "../../src/tape/line.ts";
import type { HeaderRecord, TapeRecord } from "../../src/tape/record.ts";
import { nanos } from "../../src/time/nanos.ts";

export const force = false;
export const mark = (at: number, label: string): TapeRecord => ({ type: "mark", at: nanos(at), label });
export const link = (at: number, number: number, event: "open" | "lost" | "half-close"): TapeRecord => ({
  type: "link",
  at: nanos(at),
  channel: number,
  event,
});
export const wall = (at: number, date: string, step = 0): TapeRecord => ({
  type: "wall",
  at: nanos(at),
  wall: date,
  step,
});
export const lines = (records: readonly TapeRecord[]): string[] => records.map(formatRecord);
export const headerIn = (records: readonly TapeRecord[]): HeaderRecord => {
  const first = records[0];
  if (first?.type !== "header") throw new Error("no header");
  return first;
};

export async function assertWhole(path: string): Promise<void> {
  expect((await checkTape(path)).findings).toEqual([]);
}
