import { FieldtapeError } from "../errors.ts";
import { type Nanos, nanos, plus, ZERO } from "../time/nanos.ts";
import type { Position } from "./position.ts";
import { openTape } from "./reader.ts";
import { TapeIndex } from "./tape-index.ts";

/** What a position comes to on a tape: the first record at or after a time, or a line. */
export type Target = { readonly type: "at"; readonly at: Nanos } | { readonly type: "line"; readonly line: number };

export interface TargetOptions {
  /** What `+90ms` counts from; else it is the first record. */
  readonly base?: Nanos;
  readonly signal?: AbortSignal;
}

/** @throws FieldtapeError INPUT_MISSING for a mark that is not there; USAGE for a date on a tape without one; what reading throws */
export async function targetOf(path: string, position: Position, options: TargetOptions): Promise<Target> {
  switch (position.type) {
    case "at":
    case "line":
      return position;
    case "after":
      return { type: "at", at: plus(options.base ?? (await firstAt(path)), position.span) };
    case "wall":
      return { type: "at", at: await atOfDate(path, position.wall, options.signal) };
    case "mark":
      return { type: "line", line: await lineOfMark(path, position.label, options.signal) };
  }
}

async function firstAt(path: string): Promise<Nanos> {
  await using tape = await openTape(path);
  for await (const { records } of tape.batches({ verify: false })) {
    for (const record of records) if (record.type !== "header") return record.at;
  }
  return ZERO;
}

/** By the anchor that held then. A date that the clock jumped over is where it jumped; one that came twice, the first time. */
async function atOfDate(path: string, wall: bigint, signal: AbortSignal | undefined): Promise<Nanos> {
  const index = await TapeIndex.open(path, signal);
  const { anchors } = index;
  for (const [place, anchor] of anchors.entries()) {
    const at = anchor.at + Number(wall - anchor.wall);
    const until = anchors[place + 1]?.at ?? Number.MAX_SAFE_INTEGER;
    if (at < until) return nanos(Math.max(at, anchor.at));
  }
  if (anchors.length > 0) return nanos(Number.MAX_SAFE_INTEGER);
  throw new FieldtapeError("USAGE", `${path} has no header and so no dates`, {
    file: path,
    hint: "use a time like 12.5s",
  });
}

async function lineOfMark(path: string, label: string, signal: AbortSignal | undefined): Promise<number> {
  const index = await TapeIndex.open(path, signal);
  const mark = index.marks.find(([, , found]) => found === label);
  if (mark !== undefined) return mark[0];
  const labels = [...new Set(index.marks.map(([, , found]) => JSON.stringify(found)))];
  const hint = labels.length === 0 ? "the tape has no marks" : `its marks are ${labels.slice(0, 20).join(", ")}`;
  throw new FieldtapeError("INPUT_MISSING", `there is no mark ${JSON.stringify(label)}`, { file: path, hint });
}
