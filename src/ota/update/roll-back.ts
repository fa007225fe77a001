import { millis, plus } from "../../time/nanos.ts";
import type { FileAnswer } from "./durable-fs.ts";
import { failureOf } from "./file-answer.ts";
import { treeOf } from "./installation.ts";
import { doubt, finish } from "./look.ts";
import { pointTo } from "./pointer.ts";
import { retire } from "./retire.ts";
import { Script } from "./script.ts";
import type { TreeRef } from "./tree-list.ts";
import { ask, disk, end, failed, type Phase, type PhaseOf, sayTree, type Turn, type WayBack } from "./updater-turn.ts";

/** Back to the tree that is known to work: the confirmed one, or where `from` is that, the one before it. */
export function rollBack(turn: Turn, from: TreeRef, reason: string): Phase {
  const { installation } = turn.state.journal;
  const name = installation.confirmed === from.name ? installation.previous : installation.confirmed;
  const to = treeOf(installation, name);
  if (to === undefined) return finish(turn, failed("no-previous-version"));
  sayTree(turn, "rolling-back", from, reason);
  const due = plus(turn.at, millis(turn.state.config.policy.exitTimeoutMs));
  return ask(turn, { port: "exit" }, { name: "leaving", back: { from, to, reason }, due });
}

/** A version that hangs does not keep the one that works from coming back; a person who asked is told, and may stop it. */
export function left(turn: Turn, { back }: PhaseOf<"leaving">, gone: boolean): Phase {
  const { state } = turn;
  if (!gone && state.config.command.name === "rollback") return end(turn, failed("exit-timeout"));
  state.responsible = true;
  const script = new Script(state.journal);
  script.note({ type: "rolling-back", from: back.from, tree: back.to, reason: back.reason });
  script.add(pointTo(state.config.policy.pointer, back.to.name));
  script.note({ type: "rolled-back", from: back.from, tree: back.to });
  const { journal, operations } = script.whole();
  return disk(turn, operations, { name: "rolling-back", back, journal });
}

export function rolledBack(turn: Turn, phase: PhaseOf<"rolling-back">, answers: readonly FileAnswer[]): Phase {
  const failure = failureOf(answers);
  if (failure !== undefined) return doubt(turn, failure);
  turn.state.journal = phase.journal;
  return isBack(turn, phase.back);
}

/** The tree that failed goes. */
export function isBack(turn: Turn, { from, to, reason }: WayBack): Phase {
  const { state } = turn;
  state.responsible = true;
  sayTree(turn, "rolled-back", to, reason);
  const script = new Script(state.journal);
  retire(script, state.config.policy.keep, from.name);
  return disk(turn, script.whole().operations, {
    name: "cleaning",
    end: { type: "end", outcome: "rolled-back", reason },
  });
}
