import { resolve } from "node:path";
import type { Json } from "../bytes/json.ts";
import { accept } from "../scenarios/accept.ts";
import { newScenario, type WrittenScenario } from "../scenarios/new-scenario.ts";
import { isRefusal, tryCase } from "../scenarios/trial.ts";
import type { LoadedConfig } from "./config/config-file.ts";
import { refuseContinuousIntegration } from "./continuous-integration.ts";
import type { ExitCode } from "./exit.ts";
import { parseOptionsFlag } from "./options-flag.ts";
import { suiteSubjects } from "./suite/suite-subjects.ts";
import { caseWords, exitOf } from "./suite/suite-words.ts";

/** What `scenario new` was asked for. */
export interface ScenarioRequest {
  readonly name: string;
  readonly from: string;
  readonly why: string;
  readonly subject: string;
  /** As `--options` has it. */
  readonly options: string | undefined;
  /** Those of the bundle that the tape comes from, where `options` says nothing. */
  readonly optionsOtherwise: Json | undefined;
  readonly provenance: string | undefined;
  readonly gaps: string | undefined;
  readonly corpus: string;
  /** Accept its golden at once, for this reason. */
  readonly reason: string | undefined;
  readonly config: LoadedConfig;
  readonly signal: AbortSignal;
}

export interface CreatedScenario {
  readonly written: WrittenScenario;
  readonly accepted: boolean;
  /** Why its golden was not accepted, though that was asked for. */
  readonly refusal?: { readonly words: string; readonly exit: ExitCode };
}

/** @throws FieldtapeError what making a case or running its subject throws */
export async function createScenario(request: ScenarioRequest): Promise<CreatedScenario> {
  const { corpus, reason, signal, config } = request;
  if (reason !== undefined) refuseContinuousIntegration();
  const findSubject = suiteSubjects(config);
  const options = request.options === undefined ? request.optionsOtherwise : await parseOptionsFlag(request.options);
  const pendingFolder = resolve(".fieldtape", "pending");
  const written = await newScenario({ ...request, options, pendingFolder, findSubject });
  if (reason === undefined) return { written, accepted: false };
  const trial = await tryCase({ corpus, folder: written.folder }, findSubject, signal);
  const [acceptance] = await accept([trial], { corpus, reason });
  const outcome = acceptance?.outcome;
  if (outcome === undefined || !isRefusal(outcome)) return { written, accepted: true };
  const words = caseWords({ name: written.name, outcome, fed: 0, said: written.said });
  return { written, accepted: false, refusal: { words, exit: exitOf(outcome) } };
}
