import { readFileSync } from "node:fs";
import process from "node:process";

/** A process by its number and when it began: numbers are given again. */
export interface ProcessName {
  readonly pid: number;
  /** As the system tells it; "" where it does not. */
  readonly started: string;
}

/** `undefined`: there is no such process. */
export function processName(pid: number): ProcessName | undefined {
  if (!answers(pid)) return undefined;
  return { pid, started: startedAt(pid) };
}

export function isRunning({ pid, started }: ProcessName): boolean {
  return answers(pid) && !isOver(pid) && startedAt(pid) === started;
}

/** Whether `pid` is one of the processes that this one was started by, as far up as the system tells. */
export function isAncestor(pid: number): boolean {
  const seen = new Set<number>();
  for (let parent = process.ppid; parent > 1 && !seen.has(parent); parent = Number(fields(parent)[1] ?? 0)) {
    if (parent === pid) return true;
    seen.add(parent);
  }
  return false;
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
  }
}

/** The 22nd field of /proc/PID/stat (proc(5)); the second one may hold blanks and brackets. */
function startedAt(pid: number): string {
  return fields(pid)[19] ?? "";
}

/** It has ended, and whoever started it has not asked yet how. */
function isOver(pid: number): boolean {
  return fields(pid)[0] === "Z";
}

function fields(pid: number): readonly string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
