import { unreachable } from "../../errors.ts";
import { check } from "./acquire.ts";
import { abandon, confirm, proceed, startAgain } from "./activate.ts";
import type { FileAnswer } from "./durable-fs.ts";
import { failureOf } from "./file-answer.ts";
import { type Change, treeOf } from "./installation.ts";
import type { Journal } from "./journal.ts";
import { EMPTY_JOURNAL } from "./journal.ts";
import { finish, seen } from "./look.ts";
import type { Offer } from "./offer.ts";
import { measure } from "./prepare.ts";
import { isBack, rollBack } from "./roll-back.ts";
import type { TreeRef } from "./tree-list.ts";
import { disk, end, failed, type Phase, type PhaseOf, type Turn } from "./updater-turn.ts";

/** What the last session left is known: it is mended before anything else. */
export function looked(turn: Turn, answers: readonly FileAnswer[]): Phase {
  const failure = failureOf(answers);
  if (failure !== undefined) return finish(turn, failed(failure));
  const found = seen(turn, answers);
  switch (found.verdict) {
    case "inconsistent":
      return end(turn, { type: "end", outcome: "inconsistent", reason: found.reason });
    case "nothing-installed":
      return disk(turn, found.operations, { name: "mending", journal: EMPTY_JOURNAL });
    case "sound":
      if (found.operations.length > 0) return disk(turn, found.operations, { name: "mending", journal: found.journal });
      return goOn(turn, found.journal);
    default:
      return unreachable(found);
  }
}

export function mended(turn: Turn, { journal }: PhaseOf<"mending">, answers: readonly FileAnswer[]): Phase {
  const failure = failureOf(answers);
  if (failure !== undefined) return finish(turn, failed(failure));
  const last = journal.records.at(-1);
  // A way back that was interrupted has now come to its end.
  if (journal.ours && last?.type === "rolled-back" && turn.state.config.command.name !== "recover") {
    const why = journal.records.findLast((record) => record.type === "rolling-back");
    turn.state.journal = journal;
    return isBack(turn, { from: last.from, to: last.tree, reason: why?.type === "rolling-back" ? why.reason : "" });
  }
  return goOn(turn, journal);
}

function goOn(turn: Turn, journal: Journal): Phase {
  const { state } = turn;
  const goal = state.journal.installation.change?.to;
  state.journal = journal;
  if (state.doubt !== undefined) return afterDoubt(turn, state.doubt, goal);
  if (journal.records.length === 0) {
    const { command } = state.config;
    return command.name === "install" ? measure(turn, command.offer) : end(turn, failed("nothing-installed"));
  }
  return obey(turn);
}

/** A write had failed: what the disk says now holds. */
function afterDoubt(turn: Turn, reason: string, goal: string | undefined): Phase {
  const { installation } = turn.state.journal;
  const { change, confirmed } = installation;
  const tree = treeOf(installation, change?.to ?? confirmed);
  if (tree === undefined) return finish(turn, failed(reason));
  if (change?.phase === "switched") return startAgain(turn, tree, reason);
  // It is read, and yet its sync may have failed: it is confirmed once more, in a journal written anew.
  if (change === undefined && confirmed === goal) return confirm(turn, tree);
  return finish(turn, failed(reason));
}

function obey(turn: Turn): Phase {
  const { command } = turn.state.config;
  const { installation } = turn.state.journal;
  const { change } = installation;
  const to = treeOf(installation, change?.to);
  switch (command.name) {
    case "install":
      // The first installation was interrupted: whoever asks for it again wants it to go on.
      if (change !== undefined && to !== undefined && installation.confirmed === undefined && isOf(to, command.offer))
        return resume(turn, change, to);
      return end(turn, failed("installed-already"));
    case "recover":
      return end(turn, { type: "end", outcome: "nothing" });
    case "update":
      if (change?.phase === "switched") return end(turn, { type: "end", outcome: "unconfirmed" });
      return to === undefined ? check(turn) : proceed(turn, to);
    case "resume":
      return change === undefined || to === undefined
        ? end(turn, { type: "end", outcome: "nothing" })
        : resume(turn, change, to);
    case "confirm":
      if (change?.phase === "switched" && to !== undefined) return confirm(turn, to);
      return end(turn, change === undefined ? { type: "end", outcome: "nothing" } : failed("not-switched"));
    case "rollback":
      return turnBack(turn, change, to);
    default:
      return unreachable(command);
  }
}

const isOf = (tree: TreeRef, { release, version }: Offer): boolean =>
  tree.release === release && tree.version === version;

function resume(turn: Turn, change: Change, to: TreeRef): Phase {
  if (change.phase === "switched") return startAgain(turn, to, "");
  return proceed(turn, to);
}

function turnBack(turn: Turn, change: Change | undefined, to: TreeRef | undefined): Phase {
  const { installation } = turn.state.journal;
  const from = to ?? treeOf(installation, installation.confirmed);
  if (from === undefined) return end(turn, failed("no-previous-version"));
  if (change?.phase === "staged") return abandon(turn, from, "abandoned");
  return rollBack(turn, from, "asked-for");
}
