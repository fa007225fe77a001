import { resolve } from "node:path";
import { accept } from "../scenarios/accept.ts";
import { newScenario, type WantedCase, type WrittenScenario } from "../scenarios/new-scenario.ts";
import { isRefusal, tryCase } from "../scenarios/trial.ts";
import type { LoadedConfig } from "./config/config-file.ts";
import { refuseContinuousIntegration } from "./continuous-integration.ts";
import type { ExitCode } from "./exit.ts";
import { suiteSubjects } from "./suite/suite-subjects.ts";
import { caseWords, exitOf } from "./suite/suite-words.ts";

/** What `scenario new` was asked for. */
export interface ScenarioRequest extends WantedCase {
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
  const pendingFolder = resolve(".fieldtape", "pending");
  const written = await newScenario({ ...request, pendingFolder, findSubject });
  if (reason === undefined) return { written, accepted: false };
  const trial = await tryCase({ corpus, folder: written.folder }, findSubject, signal);
  const [acceptance] = await accept([trial], { corpus, reason });
  const outcome = acceptance?.outcome;
  if (outcome === undefined || !isRefusal(outcome)) return { written, accepted: true };
  const words = caseWords({ name: written.name, outcome, fed: 0, said: written.said });
  return { written, accepted: false, refusal: { words, exit: exitOf(outcome) } };
}
