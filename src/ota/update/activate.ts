import { millis, plus } from "../../time/nanos.ts";
import type { FileAnswer } from "./durable-fs.ts";
import { digestOf, failureOf, textOf } from "./file-answer.ts";
import { OBJECTS, treeListPath, treePath } from "./layout.ts";
import { doubt } from "./look.ts";
import { pointTo } from "./pointer.ts";
import { retire } from "./retire.ts";
import { rollBack } from "./roll-back.ts";
import { parseTreeList } from "./schema.ts";
import { Script } from "./script.ts";
import { isFile, rehashOperations } from "./stage.ts";
import { filesOf, isListOf, TREE_LIST_SIZE_MAX, type TreeRef } from "./tree-list.ts";
import type { UpdaterAnswer } from "./updater-ask.ts";
import { ask, disk, end, failed, type Phase, type PhaseOf, say, sayTree, type Turn } from "./updater-turn.ts";

const FILES_AT_ONCE = 64;

/** A complete tree stands beside the current one: may it become the current one? */
export function proceed(turn: Turn, tree: TreeRef): Phase {
  const { policy, command } = turn.state.config;
  sayTree(turn, "waiting-for-exit", tree);
  if (policy.switchedBy === "application" && command.name === "update")
    return end(turn, { type: "end", outcome: "staged" });
  const { release, version } = tree;
  return ask(turn, { port: "consent", release, version }, { name: "consenting", tree });
}

export function consented(turn: Turn, { tree }: PhaseOf<"consenting">, answer: UpdaterAnswer): Phase {
  if (answer.port !== "consent" || !answer.given)
    return end(turn, { type: "end", outcome: "staged", reason: "not-now" });
  return disk(turn, [{ do: "read", path: treeListPath(tree.name), sizeMax: TREE_LIST_SIZE_MAX }], {
    name: "listing",
    tree,
  });
}

/** What was staged may have lain there for weeks: it is read again before anything is stopped. */
export function listed(turn: Turn, { tree }: PhaseOf<"listing">, answers: readonly FileAnswer[]): Phase {
  const text = textOf(answers[0]);
  const list = text !== undefined && isListOf(tree, text) ? parseTreeList(text) : undefined;
  if (list === undefined) return abandon(turn, tree, "staged-list-damaged");
  return rehash(turn, { name: "rehashing", tree, list, from: 0 });
}

function rehash(turn: Turn, phase: PhaseOf<"rehashing">): Phase {
  const batch = rehashOperations(phase.list).slice(phase.from, phase.from + FILES_AT_ONCE);
  if (batch.length > 0) return disk(turn, batch, phase);
  const due = plus(turn.at, millis(turn.state.config.policy.exitTimeoutMs));
  return ask(turn, { port: "exit" }, { name: "exiting", tree: phase.tree, due });
}

export function rehashed(turn: Turn, phase: PhaseOf<"rehashing">, answers: readonly FileAnswer[]): Phase {
  const failure = failureOf(answers);
  if (failure !== undefined) return end(turn, failed(failure));
  const files = filesOf(phase.list).slice(phase.from, phase.from + FILES_AT_ONCE);
  const whole = files.every((file, index) => isFile(file, digestOf(answers[index])));
  if (!whole) return abandon(turn, phase.tree, "staged-tree-damaged");
  return rehash(turn, { ...phase, from: phase.from + FILES_AT_ONCE });
}

/** A staged tree that will not be switched to. */
export function abandon(turn: Turn, tree: TreeRef, reason: string): Phase {
  const script = new Script(turn.state.journal);
  script.note({ type: "abandoned", tree });
  retire(script, turn.state.config.policy.keep, tree.name);
  const { journal, operations } = script.whole();
  turn.state.journal = journal;
  return disk(turn, operations, { name: "cleaning", end: failed(reason) });
}

export function exited(turn: Turn, { tree }: PhaseOf<"exiting">, answer: UpdaterAnswer): Phase {
  if (answer.port !== "exit" || answer.failed !== undefined) return notExited(turn, "exit-failed");
  const { state } = turn;
  state.responsible = true;
  sayTree(turn, "switching", tree);
  const script = new Script(state.journal);
  script.note({ type: "switching", tree });
  script.add(pointTo(state.config.policy.pointer, tree.name));
  script.note({ type: "switched", tree });
  const { journal, operations } = script.whole();
  return disk(turn, operations, { name: "switching", tree, journal });
}

/** Nothing has been touched: it stays staged. */
export function notExited(turn: Turn, reason: string): Phase {
  return end(turn, { type: "end", outcome: "staged", reason });
}

export function switched(turn: Turn, { tree, journal }: PhaseOf<"switching">, answers: readonly FileAnswer[]): Phase {
  const failure = failureOf(answers);
  if (failure !== undefined) return doubt(turn, failure);
  turn.state.journal = journal;
  return startAgain(turn, tree, "");
}

/** Counts a start before it is made; when all have been used up, the way leads back. `reason`: why the last one came to nothing. */
export function startAgain(turn: Turn, tree: TreeRef, reason: string): Phase {
  const { state } = turn;
  const { change } = state.journal.installation;
  const attempt = (change !== undefined && "starts" in change ? change.starts : 0) + 1;
  if (attempt > state.config.policy.startsMax) return rollBack(turn, tree, reason || "not-confirmed");
  const script = new Script(state.journal);
  script.note({ type: "starting", tree, attempt });
  const { journal, operations } = script.whole();
  return disk(turn, operations, { name: "counting", tree, attempt, journal });
}

export function counted(turn: Turn, phase: PhaseOf<"counting">, answers: readonly FileAnswer[]): Phase {
  const { tree, attempt, journal } = phase;
  const failure = failureOf(answers);
  if (failure !== undefined) return doubt(turn, failure);
  const { state } = turn;
  state.journal = journal;
  state.responsible = true;
  const { release, version } = tree;
  say(turn, "launching", { release, version, attempt });
  return ask(turn, { port: "launch", tree: treePath(tree.name), attempt }, { name: "launching", tree, attempt });
}

export function launched(turn: Turn, { tree, attempt }: PhaseOf<"launching">, answer: UpdaterAnswer): Phase {
  if (answer.port !== "launch" || answer.failed !== undefined) {
    return startAgain(turn, tree, (answer.port === "launch" && answer.failed) || "not-started");
  }
  const { policy } = turn.state.config;
  const { release, version } = tree;
  say(turn, "confirming", { release, version, attempt });
  if (policy.health === "told") return end(turn, { type: "end", outcome: "unconfirmed" });
  const due = plus(turn.at, millis(policy.healthTimeoutMs));
  return ask(turn, { port: "health", tree: treePath(tree.name), attempt }, { name: "probing", tree, attempt, due });
}

export function probed(turn: Turn, { tree }: PhaseOf<"probing">, answer: UpdaterAnswer): Phase {
  if (answer.port === "health" && answer.healthy) return confirm(turn, tree);
  return startAgain(turn, tree, (answer.port === "health" && answer.reason) || "unhealthy");
}

/** It works: from now on nothing older may be installed. */
export function confirm(turn: Turn, tree: TreeRef): Phase {
  const script = new Script(turn.state.journal);
  script.note({ type: "confirmed", tree }, Math.max(tree.release, script.journal.installation.floor));
  const { journal, operations } = script.whole();
  return disk(turn, operations, { name: "committing", tree, journal });
}

export function confirmed(turn: Turn, { tree, journal }: PhaseOf<"committing">, answers: readonly FileAnswer[]): Phase {
  const failure = failureOf(answers);
  if (failure !== undefined) return doubt(turn, failure);
  turn.state.journal = journal;
  return committed(turn, tree);
}

/** Confirmed for good. That room is made is a matter of its own: what stays is taken away another time. */
export function committed(turn: Turn, tree: TreeRef): Phase {
  const { state } = turn;
  state.responsible = false;
  sayTree(turn, "committed", tree);
  const script = new Script(state.journal);
  retire(script, state.config.policy.keep);
  if (!state.missing.includes(OBJECTS)) script.add([{ do: "remove-tree", path: OBJECTS }]);
  return disk(turn, script.whole().operations, { name: "cleaning", end: { type: "end", outcome: "committed" } });
}
