import { type Nanos, plus, ZERO } from "../time/nanos.ts";
import { withAt } from "./relocate.ts";
import type { Transform } from "./transform.ts";

/**
 * Caps the silence between two records: what lies beyond `span` is cut out of time, and everything after it comes earlier by as
 * much. Silence before the first record counts from `from`.
 */
export function maxGap(span: Nanos, from: Nanos = ZERO): Transform {
  return (emit) => {
    let previous = from;
    let cutOut = 0;
    return {
      take(record, line) {
        if (record.type === "header") return emit(record, line);
        cutOut += Math.max(0, record.at - previous - span);
        previous = record.at;
        emit(withAt(record, plus(record.at, -cutOut)), line);
      },
      end() {},
    };
  };
}
