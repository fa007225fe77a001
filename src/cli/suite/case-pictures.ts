import { existsSync } from "node:fs";
import { join } from "node:path";
import { FieldtapeError } from "../../errors.ts";
import { tapeAsPlayed } from "../../scenarios/case-feed.ts";
import type { CaseResult } from "../../scenarios/case-result.ts";
import { openCaseTape } from "../../scenarios/case-tape.ts";
import { findPlacesOnTape } from "../../scenarios/play.ts";
import type { CasePicture } from "../../scenarios/report/case-section.ts";
import { pictureCase } from "../../scenarios/report/picture-case.ts";
import { loadScenario } from "../../scenarios/scenario.ts";
import type { RecordBatch } from "../../tape/record.ts";

/** Each picture is a pass over a tape; whoever reads a report looks at the first ones. */
const PICTURES_MAX = 60;

/** Pictures of the cases that did not pass, as far as their tapes are here: a report may be made on another machine than the run. */
export async function casePictures(
  corpus: string,
  results: readonly CaseResult[],
): Promise<ReadonlyMap<string, CasePicture>> {
  const pictures = new Map<string, CasePicture>();
  for (const result of results.filter(({ outcome }) => outcome.type !== "passed").slice(0, PICTURES_MAX)) {
    const picture = await pictureOf(corpus, result);
    if (picture !== undefined) pictures.set(result.name, picture);
  }
  return pictures;
}

async function pictureOf(corpus: string, result: CaseResult): Promise<CasePicture | undefined> {
  try {
    const scenario = await loadScenario(corpus, join(corpus, result.name));
    const faults = await findPlacesOnTape(scenario);
    const divergedAt = firstDivergence(result);
    const pending = "pending" in result.outcome ? result.outcome.pending : undefined;
    const said = [pending, scenario.golden].find((path) => path !== undefined && existsSync(path));
    return await pictureCase({
      heard: faults === undefined ? batchesOf(scenario.tape) : tapeAsPlayed(scenario, faults),
      said: batchesOf(said),
      ...(divergedAt === undefined ? {} : { divergedAt }),
      ...(faults === undefined ? { undisturbed: true } : {}),
    });
  } catch (thrown) {
    // A case may have failed because it cannot be read: then it is told in words alone.
    if (!(thrown instanceof FieldtapeError)) throw thrown;
    return undefined;
  }
}

function firstDivergence({ outcome }: CaseResult): number | undefined {
  if (outcome.type !== "different") return undefined;
  const times = outcome.differences.findings.flatMap(
    ({ exemplar: { actual, expected } }) => actual?.at ?? expected?.at ?? [],
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

async function* batchesOf(path: string | undefined): AsyncGenerator<RecordBatch> {
  if (path === undefined) return;
  await using reader = await openCaseTape(path);
  yield* reader.batches({ verify: false });
}
