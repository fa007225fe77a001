import type { Json } from "../../bytes/json.ts";
import type { Divergence, Path, Said } from "../../replayer/divergence.ts";
import type { Placed } from "../../replayer/placed.ts";

/**
 * One way in which what was said differs from what was expected. A pair of records that stand for each other gives one for each
 * member that differs.
 *
 * - `changed`: the value at `path` is another one; `before` or `after` is absent where the member is.
 * - `renamed`: the value at `path` is the same and its member is called `to` now.
 * - `moved`: the stamp or the place in the bytes (`path`) is `by` more or less than expected; records behind it that moved by the
 *   same amount are folded into it.
 * - `missing`: expected, and it did not come. `unexpected`: it came, and nobody expected it. `next` is the line that follows on the
 *   other side, one beyond its last line at the end.
 */
export type Difference =
  | (Pair & { readonly kind: "changed"; readonly before?: Json; readonly after?: Json })
  | (Pair & { readonly kind: "renamed"; readonly to: string })
  | (Pair & { readonly kind: "moved"; readonly by: number })
  | (Speaker & { readonly kind: "missing"; readonly expected: Placed<Said>; readonly next: number })
  | (Speaker & { readonly kind: "unexpected"; readonly actual: Placed<Said>; readonly next: number });

export type DifferenceKind = Difference["kind"];

/** Who said it, and what kind of thing it is. */
export interface Speaker {
  /** The machine's name; for bytes that a participant sent, their direction. */
  readonly stream: string;
  /** `frame`, `fault`, `state`, …: the value's own type; `raw` for bytes. */
  readonly type: string;
}

interface Pair extends Speaker {
  /** Where in the record, from the outside in: `["value", "latency"]`. */
  readonly path: Path;
  readonly expected: Placed<Said>;
  readonly actual: Placed<Said>;
}

/** Who said a record. */
export function speakerOf(record: Said): Speaker {
  if (record.type === "raw") return { stream: record.dir, type: "raw" };
  return { stream: record.machine, type: valueType(record.value) };
}

function valueType(value: Json): string {
  if (typeof value !== "object" || value === null || !("type" in value)) return "value";
  return typeof value.type === "string" ? value.type : "value";
}

/** A difference as the replayer tells it. */
export function divergenceOf(difference: Difference): Divergence {
  switch (difference.kind) {
    case "missing":
      return { type: "missing", expected: difference.expected };
    case "unexpected":
      return { type: "unexpected", actual: difference.actual.record };
    default: {
      const { path, expected, actual } = difference;
      return { type: "different", path, expected, actual: actual.record };
    }
  }
}
