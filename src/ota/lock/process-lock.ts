import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { FieldtapeError, systemCode } from "../../errors.ts";
import { isRunning, processName } from "./process-name.ts";

const TAKEOVERS_MAX = 8;

/** What this process holds itself: its own number in a lock says nothing, numbers are given again. */
const heldHere = new Set<string>();

export interface LockWords {
  /** What is locked: "the installation". */
  readonly what: string;
  /** Who else may hold it: "another session". */
  readonly who: string;
}

/**
 * One process of this machine at a time: holds what the file `path` stands for until it is disposed of. A lock whose holder has gone
 * (killed, or before the machine was started anew) is taken over.
 *
 * @throws FieldtapeError OUTPUT_FAILED while another process holds it, or where the folder cannot be written to
 */
export function holdLock(path: string, words: LockWords): Disposable {
  const own = join(dirname(path), `.${basename(path)}-${process.pid}`);
  try {
    writeFileSync(own, `${JSON.stringify(processName(process.pid))}\n`, { mode: 0o600 });
    for (let tries = 0; tries < TAKEOVERS_MAX; tries += 1) {
      // A link to a file that is already written: nobody ever sees a lock without a holder.
      if (isLinked(own, path)) return holding(path);
      const held = readFileSync(path, "utf8");
      if (isHeld(held, path)) throw heldBy(held, path, words);
      removeStale(path, held, own);
    }
    throw new FieldtapeError("OUTPUT_FAILED", `the lock of ${words.what} is contended`, { file: path });
  } catch (thrown) {
    if (thrown instanceof FieldtapeError) throw thrown;
    throw new FieldtapeError("OUTPUT_FAILED", `cannot lock ${words.what}`, { file: path, cause: thrown });
  } finally {
    rmSync(own, { force: true });
  }
}

function isLinked(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (thrown) {
    if (systemCode(thrown) !== "EEXIST") throw thrown;
    return false;
  }
}

function holding(path: string): Disposable {
  heldHere.add(path);
  return {
    [Symbol.dispose]() {
      heldHere.delete(path);
      rmSync(path, { force: true });
    },
  };
}

function isHeld(text: string, path: string): boolean {
  const holder = holderOf(text);
  if (holder?.pid === process.pid) return heldHere.has(path);
  return holder !== undefined && isRunning(holder);
}

function holderOf(text: string): { readonly pid: number; readonly started: string } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("pid" in value) || !("started" in value)) return undefined;
    const { pid, started } = value;
    return typeof pid === "number" && typeof started === "string" ? { pid, started } : undefined;
  } catch {
    return undefined;
  }
}

/** Of two that find the same stale lock only one gets it away; what it got must still be the stale one. */
function removeStale(path: string, stale: string, own: string): void {
  const away = `${own}.stale`;
  try {
    renameSync(path, away);
  } catch (thrown) {
    if (systemCode(thrown) === "ENOENT") return;
    throw thrown;
  }
  if (readFileSync(away, "utf8") !== stale) isLinked(away, path);
  rmSync(away, { force: true });
}

function heldBy(text: string, path: string, { who }: LockWords): FieldtapeError {
  return new FieldtapeError("OUTPUT_FAILED", `${who} is at work: process ${holderOf(text)?.pid}`, {
    file: path,
    hint: "wait for its end, or end it",
  });
}
