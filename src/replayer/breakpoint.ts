import type { Predicate } from "../tape/predicate.ts";
import type { TapeRecord } from "../tape/record.ts";
import type { Nanos } from "../time/nanos.ts";
import type { ReplayStep } from "./replay-step.ts";

/** A record that was fed, or an output, that a breakpoint waited for. */
export interface Hit {
  readonly record: TapeRecord;
  readonly at: Nanos;
  /** Line of the record that was fed, or of the last one that was fed before this was said. */
  readonly line: number;
  /** How many outputs of the step had been said by then; the others come when the replay goes on. */
  readonly said: number;
}

/** Looks for the first match in a single step: what was fed comes before what was said to it. */
export function firstHit(step: ReplayStep, line: number, predicate: Predicate): Hit | undefined {
  const record = step.fed[0];
  if (record !== undefined && predicate(record))
    return { record, at: record.at, line: step.lines[0] ?? line, said: step.outputs.length };
  for (const [index, output] of step.outputs.entries()) {
    if (output.type !== "header" && predicate(output)) return { record: output, at: output.at, line, said: index + 1 };
  }
  return undefined;
}
