import { proceed } from "./activate.ts";
import type { FileAnswer, FileOperation } from "./durable-fs.ts";
import { digestOf, failureOf } from "./file-answer.ts";
import { OBJECTS, objectPath, partialTreePath } from "./layout.ts";
import { pointTo } from "./pointer.ts";
import { Script } from "./script.ts";
import { assembleOperations, discardOperations, nameOperations, wantedObjects } from "./stage.ts";
import { treeRef } from "./tree-list.ts";
import type { UpdaterAnswer } from "./updater-ask.ts";
import type { UpdaterEnd } from "./updater-talk.ts";
import { ask, disk, end, failed, type Job, type Phase, type PhaseOf, say, sayTree, type Turn } from "./updater-turn.ts";

/** Files that are read or written for one ask. */
export const BATCH = 64;

/** Makes the folders, before anything is fetched: where it may not be written, nothing need be. */
export function obtain(turn: Turn, job: Job): Phase {
  const { state } = turn;
  const wanted = new Set(wantedObjects(job.plan).map(({ sha256 }) => sha256));
  // Parts of an object begin with its digest, too: they are what a download goes on from.
  const useless = state.objects.filter((name) => !wanted.has(name.slice(0, 64)));
  const operations: FileOperation[] = [
    ...foldersMade(state.missing),
    ...useless.map((name): FileOperation => ({ do: "remove", path: `${OBJECTS}/${name}` })),
    { do: "make-folder", path: partialTreePath(job.plan.list.name) },
  ];
  return disk(turn, operations, { name: "preparing", job });
}

/** What was fetched must be found again after a cut, and so must the folder that it is in. */
function foldersMade(missing: readonly string[]): FileOperation[] {
  return missing.flatMap((path): FileOperation[] => [
    { do: "make-folder", path },
    { do: "sync-folder", path: path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "" },
  ]);
}

export function prepared(turn: Turn, { job }: PhaseOf<"preparing">, answers: readonly FileAnswer[]): Phase {
  const failure = failureOf(answers);
  if (failure !== undefined) return end(turn, failed(failure));
  turn.state.missing = [];
  turn.state.objects = [];
  const { release, version } = job.plan.list;
  say(turn, "downloading", { release, version });
  return ask(turn, { port: "objects", objects: wantedObjects(job.plan) }, { name: "downloading", job });
}

export function downloaded(turn: Turn, { job }: PhaseOf<"downloading">, answer: UpdaterAnswer): Phase {
  if (answer.port !== "objects") return end(turn, failed("bad-answer"));
  if (answer.failed !== undefined) return clear(turn, job, failed(answer.failed));
  const { release, version } = job.plan.list;
  say(turn, "verifying", { release, version });
  return verify(turn, { name: "verifying", job, from: 0 });
}

function verify(turn: Turn, phase: PhaseOf<"verifying">): Phase {
  const batch = wantedObjects(phase.job.plan).slice(phase.from, phase.from + BATCH);
  if (batch.length === 0) return stage(turn, phase.job);
  return disk(
    turn,
    batch.map(({ sha256 }) => ({ do: "digest", path: objectPath(sha256) })),
    phase,
  );
}

export function verified(turn: Turn, phase: PhaseOf<"verifying">, answers: readonly FileAnswer[]): Phase {
  const { job, from } = phase;
  const failure = failureOf(answers);
  if (failure !== undefined) return clear(turn, job, failed(failure));
  const wrong: string[] = [];
  let whole = true;
  for (const [index, { sha256, size }] of wantedObjects(job.plan)
    .slice(from, from + BATCH)
    .entries()) {
    const digest = digestOf(answers[index]);
    if (digest?.sha256 === sha256 && digest.size === size) continue;
    whole = false;
    if (digest !== undefined) wrong.push(objectPath(sha256));
  }
  return whole ? verify(turn, { ...phase, from: from + BATCH }) : obtainAgain(turn, job, wrong);
}

function stage(turn: Turn, job: Job): Phase {
  const { release, version } = job.plan.list;
  say(turn, "staging", { release, version });
  return stageMore(turn, job, assembleOperations(job.plan));
}

function stageMore(turn: Turn, job: Job, left: readonly FileOperation[]): Phase {
  if (left.length === 0) return nameTree(turn, job);
  return disk(turn, left.slice(0, 2 * BATCH), { name: "staging", job, left });
}

export function stagedSome(turn: Turn, { job, left }: PhaseOf<"staging">, answers: readonly FileAnswer[]): Phase {
  const failure = failureOf(answers);
  if (failure === undefined) return stageMore(turn, job, left.slice(2 * BATCH));
  const operation = left[answers.length - 1];
  if (failure !== "EBADMSG" || operation?.do !== "copy") return clear(turn, job, failed(failure));
  // A file of the installed tree that was changed on the site is left as it is; what was fetched goes.
  return obtainAgain(turn, job, operation.from.startsWith(`${OBJECTS}/`) ? [operation.from] : []);
}

/** Once: from then on what is installed is not trusted, and what was wrong is fetched anew. */
function obtainAgain(turn: Turn, { plan, again }: Job, wrong: readonly string[]): Phase {
  const remove = wrong.map((path): FileOperation => ({ do: "remove", path }));
  if (again) return clear(turn, { plan, again }, failed("content-differs"), remove);
  const job = { plan: { ...plan, base: undefined }, again: true };
  return disk(turn, [...discardOperations(plan.list), ...remove], { name: "discarding", job });
}

export function discarded(turn: Turn, { job }: PhaseOf<"discarding">, answers: readonly FileAnswer[]): Phase {
  const failure = failureOf(answers);
  if (failure !== undefined) return end(turn, failed(failure));
  return obtain(turn, job);
}

function nameTree(turn: Turn, job: Job): Phase {
  const { list } = job.plan;
  const tree = treeRef(list);
  const script = new Script(turn.state.journal);
  script.add(nameOperations(list));
  if (turn.state.config.command.name === "install") {
    script.note({ type: "installed", tree }, list.release);
    script.add(pointTo(turn.state.config.policy.pointer, list.name));
  } else script.note({ type: "staged", tree });
  const { journal, operations } = script.whole();
  return disk(turn, operations, { name: "naming", job, journal });
}

/** Past this it is not cleared but mended: who knows whether it was noted? */
export function named(turn: Turn, { job, journal }: PhaseOf<"naming">, answers: readonly FileAnswer[]): Phase {
  const failure = failureOf(answers);
  if (failure !== undefined) return end(turn, failed(failure));
  turn.state.journal = journal;
  const tree = treeRef(job.plan.list);
  if (turn.state.config.command.name !== "install") return proceed(turn, tree);
  sayTree(turn, "committed", tree);
  return disk(turn, [{ do: "remove-tree", path: OBJECTS }], {
    name: "cleaning",
    end: { type: "end", outcome: "committed" },
  });
}

/** Gives the room back, as far as that goes; what stays is taken away by the next session. */
export function clear(turn: Turn, { plan }: Job, said: UpdaterEnd, also: readonly FileOperation[] = []): Phase {
  return disk(turn, [...discardOperations(plan.list), ...also], { name: "clearing", end: said });
}
