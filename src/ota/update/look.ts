import type { FileAnswer, FileOperation } from "./durable-fs.ts";
import { entriesOf, textOf } from "./file-answer.ts";
import { treeOf, wantedTree } from "./installation.ts";
import { JOURNAL_SIZE_MAX, readJournal } from "./journal.ts";
import { CURRENT, JOURNAL, KEPT, OBJECTS, STAGING, TREES, treePath, VERSIONS } from "./layout.ts";
import { type Recovery, recover } from "./recover.ts";
import type { UpdaterEnd } from "./updater-talk.ts";
import { ask, disk, end, failed, type Phase, type Turn } from "./updater-turn.ts";

const FOLDERS = [VERSIONS, TREES, STAGING, OBJECTS] as const;
const KEPT_SIZE_MAX = 16 * 1024 * 1024;

/** Asks for all that recovery needs to know. */
export function look(turn: Turn): Phase {
  const operations: FileOperation[] = [
    ...["", ...FOLDERS].map((path): FileOperation => ({ do: "list", path })),
    { do: "read", path: JOURNAL, sizeMax: JOURNAL_SIZE_MAX },
    { do: "read", path: KEPT, sizeMax: KEPT_SIZE_MAX },
  ];
  if (turn.state.config.policy.pointer === "file") operations.push({ do: "read", path: CURRENT, sizeMax: 4096 });
  return disk(turn, operations, { name: "reading" });
}

/** What was seen, and what recovery makes of it. */
export function seen({ state }: Turn, answers: readonly FileAnswer[]): Recovery {
  const [root, versions, trees, staging, objects] = answers.map(entriesOf);
  const [journal, kept, pointer] = answers.slice(1 + FOLDERS.length).map(textOf);
  const paths = new Set([
    ...(root ?? []).map(({ name }) => name),
    ...(staging ?? []).map(({ name }) => `${STAGING}/${name}`),
  ]);
  state.missing = FOLDERS.filter((path) => !paths.has(path));
  state.objects = (objects ?? []).map(({ name }) => name);
  state.kept = kept;
  const listing = { root: root ?? [], versions: versions ?? [], trees: trees ?? [], pointer };
  return recover(readJournal(journal ?? ""), listing, state.config.policy.pointer);
}

/**
 * A write failed where it is unknown how much of it is on the disk. Once, what holds is read from there, and the session goes on from
 * that; a second time it ends.
 */
export function doubt(turn: Turn, reason: string): Phase {
  if (turn.state.doubt !== undefined) return finish(turn, failed(reason));
  turn.state.doubt = reason;
  return look(turn);
}

/** Ends the session; where the application was stopped or started for it, what is current is started first. */
export function finish(turn: Turn, said: UpdaterEnd): Phase {
  const { state } = turn;
  const { installation } = state.journal;
  const tree = treeOf(installation, wantedTree(installation));
  if (!state.responsible || tree === undefined) return end(turn, said);
  state.responsible = false;
  return ask(turn, { port: "launch", tree: treePath(tree.name), attempt: 0 }, { name: "relaunching", end: said });
}
