import { unreachable } from "../../errors.ts";
import type { AnnouncerStep } from "./announcer.ts";
import type { FileAnswer } from "./durable-fs.ts";
import { failureOf, textOf } from "./file-answer.ts";
import { treeOf } from "./installation.ts";
import { KEPT, partial, treeListPath } from "./layout.ts";
import type { Offer } from "./offer.ts";
import { measure } from "./prepare.ts";
import { parseTreeList } from "./schema.ts";
import { isListOf, TREE_LIST_SIZE_MAX } from "./tree-list.ts";
import type { UpdaterAnswer } from "./updater-ask.ts";
import { type Announced, ask, disk, end, failed, type Phase, say, type Turn } from "./updater-turn.ts";

/** Asks whether there is something newer; first it reads what it is that is installed. */
export function check(turn: Turn): Phase {
  const { installation } = turn.state.journal;
  say(turn, "checking");
  const path = treeListPath(installation.confirmed ?? "");
  return disk(turn, [{ do: "read", path, sizeMax: TREE_LIST_SIZE_MAX }], { name: "describing" });
}

export function described(turn: Turn, answers: readonly FileAnswer[]): Phase {
  const { state, announcer } = turn;
  const { installation } = state.journal;
  const current = treeOf(installation, installation.confirmed);
  const text = textOf(answers[0]);
  // Without its list nobody knows what an update of one component would have to carry over.
  if (current === undefined || text === undefined || !isListOf(current, text)) return end(turn, failed("list-damaged"));
  state.base = parseTreeList(text);
  const components = state.base?.components.map(({ name, version }) => ({ name, version })) ?? [];
  const { version, release } = current;
  const { floor, failed: releases } = installation;
  return announced(turn, announcer.begin({ version, release, components, floor, failed: releases, kept: state.kept }));
}

export function heardAnnouncer(turn: Turn, conversation: unknown, answer: UpdaterAnswer): Phase {
  if (answer.port !== "metadata" && answer.port !== "wall") return end(turn, failed("bad-answer"));
  return announced(turn, turn.announcer.hear(conversation, answer));
}

function announced(turn: Turn, step: AnnouncerStep): Phase {
  if (step.type === "ask") return ask(turn, step.ask, { name: "announcing", announcer: step.state });
  const { keep, ...conclusion } = step;
  if (keep === undefined || keep === turn.state.kept) return conclude(turn, conclusion);
  turn.state.kept = keep;
  const path = partial(KEPT);
  const operations = [
    { do: "create", path, text: keep, mode: 0o644 },
    { do: "sync", path },
    { do: "rename", from: path, path: KEPT },
    { do: "sync-folder", path: "" },
  ] as const;
  return disk(turn, operations, { name: "keeping", step: conclusion });
}

/** What is trusted must not be forgotten: an announcement that cannot be kept is not acted on. */
export function keptTrust(turn: Turn, step: Announced, answers: readonly FileAnswer[]): Phase {
  const failure = failureOf(answers);
  if (failure !== undefined) return end(turn, failed(failure));
  return conclude(turn, step);
}

function conclude(turn: Turn, step: Announced): Phase {
  switch (step.type) {
    case "nothing":
      return end(turn, { type: "end", outcome: "nothing" });
    case "refused":
    case "failed":
      return end(turn, { type: "end", outcome: step.type, reason: step.reason });
    case "offer": {
      const reason = unfit(turn, step.offer);
      return reason === undefined ? measure(turn, step.offer) : end(turn, { type: "end", outcome: "refused", reason });
    }
    default:
      return unreachable(step);
  }
}

/** The announcer's rules say the same; what the disk's history forbids is held here whatever the dialect. */
function unfit({ state }: Turn, { release }: Offer): string | undefined {
  const { floor, failed: releases } = state.journal.installation;
  if (releases.includes(release)) return "failed-before";
  return release <= floor ? "release-goes-back" : undefined;
}
