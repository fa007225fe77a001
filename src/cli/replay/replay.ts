import process from "node:process";
import { UPDATER } from "../../ota/session/updater-name.ts";
import type { LoadedConfig } from "../config/config-file.ts";
import type { ExitCode } from "../exit.ts";
import type { ReplayPlan } from "./plan.ts";
import { type ReplayIo, runReplay } from "./run-replay.ts";
import { openSession } from "./session.ts";

/** Carries out a plan of the `replay` command. */
export async function replay(asked: ReplayPlan, config: LoadedConfig, io: ReplayIo): Promise<ExitCode> {
  const plan = comparedWithItself(asked);
  if (plan.look === "dry-run") return (await import("./tell-dry-run.ts")).tellDryRun(plan, io);
  if (plan.wire !== undefined) return (await import("./run-wire.ts")).runWire(plan, plan.wire, config, io);
  await using session = await openSession(plan, config, io.clock, io.signal);
  if (plan.look === "ui") return await (await import("../screens/show-playback.ts")).showPlayback(session, io);
  if (plan.look === "step" || stopsAtTerminal(plan))
    return await (await import("./step-mode.ts")).stepThrough(session, io);
  // Awaited here: what is open must not be closed before.
  return await runReplay(session, config, io);
}

/** The tape of an update session holds what the updater said: that is what it must say again, unless a golden is named. */
function comparedWithItself(plan: ReplayPlan): ReplayPlan {
  const { subject, against, twice, look } = plan;
  const compares = subject === UPDATER && against === undefined && !twice && look === "play";
  return compares ? { ...plan, against: plan.tape } : plan;
}

/** Where a person can go on from a breakpoint by hand, he may. */
function stopsAtTerminal({ breakpoint, json, out, against, twice, rounds }: ReplayPlan): boolean {
  const onlyShows = !json && out === undefined && against === undefined && !twice && rounds === 1;
  const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  return breakpoint?.action === "stop" && onlyShows && terminal;
}
