import type { FileAnswer } from "./durable-fs.ts";
import { failureOf } from "./file-answer.ts";
import { obtain } from "./obtain.ts";
import type { Offer } from "./offer.ts";
import { retire } from "./retire.ts";
import { Script } from "./script.ts";
import { spaceNeeded } from "./stage.ts";
import { composeTree } from "./tree-list.ts";
import { disk, end, failed, type Phase, type PhaseOf, type Turn } from "./updater-turn.ts";

/** Is there room for what an offer needs? Asked before anything is fetched. */
export function measure(turn: Turn, offer: Offer, cleared = false): Phase {
  return disk(turn, [{ do: "space", path: "" }], { name: "measuring", offer, cleared });
}

export function measured(turn: Turn, { offer, cleared }: PhaseOf<"measuring">, answers: readonly FileAnswer[]): Phase {
  const { state } = turn;
  const [answer] = answers;
  if (answer === undefined || !("ok" in answer) || answer.ok !== "free")
    return end(turn, failed(failureOf(answers) ?? "bad-answer"));
  const composed = composeTree(offer, state.base, takenNames(turn));
  if ("refused" in composed) return end(turn, { type: "end", outcome: "refused", reason: composed.refused });
  const plan = { list: composed.list, base: state.base };
  if (spaceNeeded(plan, new Set(state.objects)) + state.config.policy.slackBytes <= answer.free)
    return obtain(turn, { plan, again: false });
  if (cleared) return end(turn, failed("no-space"));
  return makeRoom(turn, offer);
}

function takenNames({ state }: Turn): string[] {
  return state.journal.installation.trees.map(({ name }) => name);
}

/** The versions before the current one go, rather than the update. */
function makeRoom(turn: Turn, offer: Offer): Phase {
  const script = new Script(turn.state.journal);
  retire(script, 1);
  const { journal, operations } = script.whole();
  if (operations.length === 0) return end(turn, failed("no-space"));
  return disk(turn, operations, { name: "making-room", offer, journal });
}

export function madeRoom(
  turn: Turn,
  { offer, journal }: PhaseOf<"making-room">,
  answers: readonly FileAnswer[],
): Phase {
  const failure = failureOf(answers);
  if (failure !== undefined) return end(turn, failed(failure));
  turn.state.journal = journal;
  return measure(turn, offer, true);
}
