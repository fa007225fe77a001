import { planCase, type WantedCase } from "../../scenarios/new-scenario.ts";
import type { Minimised } from "../../scenarios/shrinking/minimise.ts";
import { type MinimiseWorld, minimiseParent, type SearchRequest } from "./run-minimise.ts";

/** A case that is to be made of as little of a tape as shows what is wrong. */
export interface NewMinimised extends WantedCase, Pick<SearchRequest, "keep" | "signature" | "budget" | "resume"> {}

/** Makes a case of a tape and keeps only what must be there. Nothing is written unless something is wrong on it. @throws FieldtapeError */
export async function newMinimised(wanted: NewMinimised, world: MinimiseWorld): Promise<Minimised> {
  const { keep, signature, budget, resume } = wanted;
  const { scenario, source } = await planCase(wanted, { mayExist: resume });
  const { folder: out, settings } = scenario;
  const parent = { name: settings.provenance, tape: source.path, settings, out };
  return minimiseParent(parent, { keep, signature, budget, resume, out, force: false }, world);
}
