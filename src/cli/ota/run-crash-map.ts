import { join } from "node:path";
import { FieldtapeError } from "../../errors.ts";
import { type CrashMap, crashMap, PLANTED_IN, TRIAL_NAMES } from "../../ota/crash/crash-map.ts";
import { crashMapPage } from "../../ota/crash/crash-map-page.ts";
import { type CrashScenario, crashScenario } from "../../ota/crash/crash-scenario.ts";
import { scheduleWords } from "../../ota/crash/schedule-words.ts";
import { writeWhole } from "../../ota/release/atomic-file.ts";

export interface CrashMapRequest {
  readonly only: readonly string[] | undefined;
  readonly plant: boolean;
  readonly html: string | undefined;
  /** Where what is bad goes as scenarios. */
  readonly scenarios: string | undefined;
  readonly force: boolean;
}

/**
 * Makes the map, and writes what was asked for.
 *
 * @throws FieldtapeError USAGE for a trial that there is not; OUTPUT_EXISTS, OUTPUT_FAILED, DISK_FULL; the signal's reason
 */
export async function runCrashMap(
  { only, plant, html, scenarios, force }: CrashMapRequest,
  { say, signal }: { say(text: string): void; signal: AbortSignal },
): Promise<{ map: CrashMap; words: string }> {
  const unknown = only?.find((name) => !TRIAL_NAMES.some((trial) => trial === name));
  if (unknown !== undefined) {
    throw new FieldtapeError("USAGE", `there is no trial named ${unknown}`, {
      hint: `there are ${TRIAL_NAMES.join(", ")}`,
    });
  }
  const map = crashMap({ only, plant, progress: (part) => say(`${part} …`), signal });
  const options = { mode: 0o644, force };
  if (html !== undefined) await writeWhole(html, crashMapPage(map), options);
  for (const { folder, files } of scenarios === undefined ? [] : scenariosOf(map)) {
    for (const [file, text] of Object.entries(files))
      await writeWhole(join(scenarios ?? "", folder, file), text, options);
  }
  return { map, words: crashMapWords(map) };
}

function scenariosOf({ trials, planted }: CrashMap): CrashScenario[] {
  return [
    ...trials.flatMap(({ name, bad }) => bad.map((state) => crashScenario(name, state, undefined))),
    ...planted.flatMap(({ mistake, first }) =>
      first === undefined ? [] : [crashScenario(PLANTED_IN, first, mistake)],
    ),
  ];
}

function crashMapWords({ operations, states, recoveryCuts, bad, trials, planted }: CrashMap): string {
  const head = ["trial", "operations", "crash states", "cuts", "recovery cuts", "refused", "bad"];
  const rows = trials.map((trial) =>
    [trial.name, trial.operations, trial.states, trial.cuts, trial.recoveryCuts, trial.refusals, trial.bad.length].map(
      String,
    ),
  );
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const table = [head, ...rows].map((row) =>
    row.map((cell, column) => aligned(cell, column, widths[column] ?? 0)).join("  "),
  );
  const problems = trials.flatMap(({ name, bad: states }) =>
    states
      .slice(0, 1)
      .flatMap(({ problem, schedule }) => [
        `${name}: ${problem}`,
        ...scheduleWords(schedule).map((step) => `  ${step}`),
      ]),
  );
  const found = planted.map((one) => `planted: ${one.mistake}: ${one.found ? "found" : "NOT FOUND"}`);
  const sum = `${operations} operations, ${states} crash states, ${recoveryCuts} recovery cuts: ${bad} bad`;
  return `${[...table, ...problems, ...found, sum].join("\n")}\n`;
}

function aligned(cell: string, column: number, width: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
