import type { OutputRecord } from "../../tape/record.ts";
import { isObject, valueText } from "./framing.ts";
import { type Line, quiet, span } from "./span.ts";

/** What each machine and channel said last about its state; what changed last stands first. */
export function statePane(states: readonly OutputRecord[], rows: number): readonly Line[] {
  const title = [span(" state", "strong")];
  if (states.length === 0) return [title, [quiet(" none told")]];
  return [title, ...states.toReversed().flatMap(stateLines)].slice(0, rows);
}

function stateLines({ machine, channel, value, at }: OutputRecord): readonly Line[] {
  const where = channel === undefined ? machine : `${channel} ${machine}`;
  const { type: _, state, ...members } = isObject(value) ? value : { state: value };
  const said: readonly Line[] = state === undefined ? [] : [[span(`  ${valueText(state)}`, "accent")]];
  const rest = Object.entries(members).flatMap(([name, member]) =>
    member === undefined ? [] : [[quiet(`  ${name} `), span(valueText(member))]],
  );
  return [[span(` ${where}`)], ...said, [quiet(`  since ${(at / 1e9).toFixed(3)} s`)], ...rest];
}
