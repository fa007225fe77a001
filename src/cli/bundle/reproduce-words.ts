import type { ReproducedTape, Reproduction, Verdict } from "../../bundle/reproduce.ts";
import type { FirstDifference, Retraced } from "../../bundle/retrace.ts";
import type { JsonObject } from "../../bytes/json.ts";
import { type Divergence, divergedAt, pathText } from "../../replayer/divergence.ts";
import { divergenceWords } from "../../replayer/divergence-words.ts";
import { formatRecord } from "../../tape/line.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { plural } from "../plural.ts";
import { plainLines } from "../tape-words.ts";
import { skewLines } from "./inspect-words.ts";

export const EXIT_OF_VERDICT: Readonly<Record<Verdict, ExitCode>> = {
  reproduced: EXIT.ok,
  different: EXIT.different,
  cannot: EXIT.incomplete,
};

/** What came of it, for a person. */
export function reproductionWords({ verdict, why, tapes }: Reproduction): string {
  const head = { reproduced: "reproduced: the same things happen here", different: "different", cannot: "cannot" };
  const reason = why === undefined ? "" : `: ${why}`;
  return plainLines([`${head[verdict]}${reason}`, ...tapes.map(tapeWords)].join("\n"));
}

/** On what it is tried, before it is said what came of it. */
export function skewWords({ skew }: Reproduction): string {
  if (skew.length === 0) return "the same versions here as there";
  return plainLines(["other versions here than there:", ...skewLines(skew)].join("\n"));
}

function tapeWords({ tape, retraced }: ReproducedTape): string {
  switch (retraced.verdict) {
    case "reproduced": {
      const failure = retraced.wrong.failure;
      const failed = failure === undefined ? "" : `; and it fails in the same way: ${failure.message}`;
      return `${tape}: reproduced, ${plural(retraced.compared, "record")} alike${failed}`;
    }
    case "cannot":
      return `${tape}: cannot: ${retraced.why}`;
    default:
      return `${tape}: different, behind ${plural(retraced.compared, "record")} alike\n${firstWords(tape, retraced.first)}`;
  }
}

function firstWords(tape: string, first: FirstDifference): string {
  if (first.type === "said") {
    const expected = tape.replace(/^tapes\//, "traces/").replace(/\.gz$/, "");
    return divergenceWords(first.divergence, first.where, { tape, expected });
  }
  const told = (message: string | undefined): string => message ?? "it did not fail";
  return `  there  ${told(first.there)}\n  here   ${told(first.here)}`;
}

/** The same for programs. */
export function reproductionJson({ verdict, why, skew, tapes }: Reproduction): JsonObject {
  return {
    verdict,
    ...(why === undefined ? {} : { why }),
    skew: skew.map((one) => ({ ...one })),
    tapes: tapes.map(({ tape, retraced }) => ({ tape, ...retracedJson(retraced) })),
  };
}

function retracedJson(retraced: Retraced): JsonObject {
  if (retraced.verdict === "cannot") return { verdict: "cannot", why: retraced.why };
  const { verdict, compared, wrong } = retraced;
  const failure = wrong.failure === undefined ? {} : { failure: wrong.failure.message };
  if (verdict === "reproduced") return { verdict, compared, ...failure };
  return { verdict, compared, ...failure, first: firstJson(retraced.first) };
}

function firstJson(first: FirstDifference): JsonObject {
  if (first.type === "failure") return { type: "failure", there: first.there ?? null, here: first.here ?? null };
  const { divergence, where } = first;
  return { type: divergence.type, line: where.line, at: divergedAt(divergence), ...sidesOf(divergence) };
}

function sidesOf(divergence: Divergence): JsonObject {
  switch (divergence.type) {
    case "sent":
      return { channel: divergence.channel, offset: divergence.offset };
    case "missing":
      return { expected: formatRecord(divergence.expected.record), expectedLine: divergence.expected.line };
    case "unexpected":
      return { actual: formatRecord(divergence.actual) };
    default:
      return {
        path: pathText(divergence.path),
        expected: formatRecord(divergence.expected.record),
        expectedLine: divergence.expected.line,
        actual: formatRecord(divergence.actual),
      };
  }
}
