import { FieldtapeError } from "../errors.ts";
import { parseDuration } from "../time/duration.ts";
import { parseIso } from "../time/iso.ts";
import type { Nanos } from "../time/nanos.ts";

/** A place on a tape as a person names it. `find-place.ts` finds it. */
export type Position =
  /** `12.5s`: time since the tape began. */
  | { readonly type: "at"; readonly at: Nanos }
  /** `+90ms`: time since where the range begins (`--from`, or the first record). */
  | { readonly type: "after"; readonly span: Nanos }
  /** `2026-11-20T12:00:00Z`: a date, in nanoseconds since 1970. */
  | { readonly type: "wall"; readonly wall: bigint }
  /** `line:120`: that line. */
  | { readonly type: "line"; readonly line: number }
  /** `mark:LABEL`: the first mark with this label. */
  | { readonly type: "mark"; readonly label: string };

const LABEL_MAX = 4_096;
const HINT = "write a time like 12.5s or +90ms, a date like 2026-11-20T12:00:00Z, line:120 or mark:LABEL";

/** @throws FieldtapeError USAGE */
export function parsePosition(text: string): Position {
  if (text.startsWith("line:")) return linePosition(text);
  if (text.startsWith("mark:")) {
    const label = text.slice("mark:".length);
    if (label === "" || label.length > LABEL_MAX) throw refused(text);
    return { type: "mark", label };
  }
  if (/^[0-9]{4}-/.test(text)) {
    const wall = parseIso(text);
    if (wall === undefined) throw refused(text, "a date needs a time and a zone: 2026-11-20T12:00:00Z");
    return { type: "wall", wall };
  }
  try {
    if (text.startsWith("+")) return { type: "after", span: parseDuration(text.slice(1)) };
    return { type: "at", at: parseDuration(text) };
  } catch (thrown) {
    if (!(thrown instanceof FieldtapeError)) throw thrown;
    throw refused(text);
  }
}

function linePosition(text: string): Position {
  const digits = text.slice("line:".length);
  const line = Number(digits);
  if (!/^[0-9]{1,16}$/.test(digits) || line < 1 || !Number.isSafeInteger(line))
    throw refused(text, "lines count from 1");
  return { type: "line", line };
}

function refused(text: string, hint: string = HINT): FieldtapeError {
  return new FieldtapeError("USAGE", `${JSON.stringify(text)} is no place on a tape`, { hint });
}
