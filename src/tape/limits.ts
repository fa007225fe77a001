/** The limits of docs/tape-format.md, and what a value must be to stand on a tape. */

/** A line with its `\n`. */
export const LINE_MAX = 1 << 20;
/** The highest channel number. */
export const CHANNEL_MAX = 999_999;
/** Levels of arrays and objects in a value. */
export const NESTING_MAX = 64;
/** No recording goes on beyond 100 days, in nanoseconds: `at` ends at 104. */
export const RECORDED_MAX = 100 * 86_400e9;
export const BLOB_MAX = 4 * 1024 ** 3;
/** Lines between two hash lines, in bytes. */
export const BLOCK_BYTES = 1 << 16;

/** What keeps a parsed or given value off a tape, in words; `undefined` if nothing does. Absent members are passed over. */
export function jsonProblem(value: unknown, levels = NESTING_MAX): string | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : "holds a number beyond what a double can say";
    case "object":
      if (value === null) return undefined;
      if (levels === 0) return `is nested deeper than ${NESTING_MAX} levels`;
      return Array.isArray(value) ? itemsProblem(value, levels - 1) : membersProblem(value, levels - 1);
    default:
      return `holds a ${typeof value}, which JSON cannot say`;
  }
}

function itemsProblem(items: readonly unknown[], levels: number): string | undefined {
  for (const item of items) {
    const problem = jsonProblem(item, levels);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function membersProblem(members: object, levels: number): string | undefined {
  for (const member of Object.values(members)) {
    if (member === undefined) continue;
    const problem = jsonProblem(member, levels);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
