import { resolve } from "node:path";
import type { Cause } from "../../scenarios/shrinking/cause.ts";
import { type Minimised, minimise, type Size } from "../../scenarios/shrinking/minimise.ts";
import type { Seating } from "../../scenarios/shrinking/player.ts";
import type { Clock } from "../../time/clock.ts";
import { NANOS_PER_SECOND, plus } from "../../time/nanos.ts";
import type { LoadedConfig } from "../config/config-file.ts";
import { codeDigest } from "../replay/code-digest.ts";
import { resolveSubject } from "../subjects.ts";
import { findParent, type Parent } from "./parent.ts";
import type { Budget, Keep, MinimiseRequest } from "./request.ts";
import { smallerWords } from "./words.ts";

export interface MinimiseWorld {
  readonly config: LoadedConfig;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Words for a person. */
  readonly say: (text: string) => void;
}

/** How a search goes, whatever it is that is made smaller. */
export type SearchRequest = Pick<MinimiseRequest, "keep" | "signature" | "budget" | "out" | "force" | "resume">;

/** Finds the case or tape and its subjects, and makes it smaller. @throws FieldtapeError */
export async function runMinimise(request: MinimiseRequest, world: MinimiseWorld): Promise<Minimised> {
  return minimiseParent(await findParent(request.path, request), request, world);
}

/** The same for a parent that is known. @throws FieldtapeError */
export async function minimiseParent(parent: Parent, request: SearchRequest, world: MinimiseWorld): Promise<Minimised> {
  const { config, clock, signal, say } = world;
  const { subject, options } = parent.settings;
  const seating: Seating = { ...(await resolveSubject(subject, options, config)), settings: parent.settings };
  const out = resolve(request.out ?? parent.out);
  const progress = slowly(clock, say);
  return minimise({
    parent: parent.name,
    tape: parent.tape,
    settings: parent.settings,
    seating,
    cause: await causeOf(request.keep, parent, config),
    wanted: request.signature,
    out,
    force: request.force,
    resume: request.resume,
    build: (await codeDigest()) ?? "",
    spent: spentOf(request.budget, clock),
    signal,
    onFound: (signature, size) => say(`what must stay: ${signature}\n${smallerWords(size, 0)}`),
    onSmaller: progress,
  });
}

async function causeOf(keep: Keep, { settings }: Parent, config: LoadedConfig): Promise<Cause> {
  if (keep.type !== "against") return keep.type === "saying" || keep.type === "relation" ? keep : { type: keep.type };
  const base = await resolveSubject(keep.subject, keep.options, config);
  return { type: "against", base: { ...base, settings } };
}

function spentOf(budget: Budget, clock: Clock): (runs: number) => boolean {
  if (budget.type === "runs") return (runs) => runs >= budget.runs;
  const end = plus(clock.now(), budget.span);
  return () => clock.now() >= end;
}

/** Progress is told once a second. */
function slowly(clock: Clock, say: (text: string) => void): (size: Size, runs: number) => void {
  let next = plus(clock.now(), NANOS_PER_SECOND);
  return (size, runs) => {
    if (clock.now() < next) return;
    next = plus(clock.now(), NANOS_PER_SECOND);
    say(smallerWords(size, runs));
  };
}
