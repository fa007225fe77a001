import { unreachable } from "../../errors.ts";
import { type Nanos, nanos } from "../../time/nanos.ts";
import type { FileAnswer, FileOperation } from "../update/durable-fs.ts";
import { OBJECTS, objectPath } from "../update/layout.ts";
import type { Updater } from "../update/updater.ts";
import type { UpdaterAnswer, UpdaterAsk, WantedObject } from "../update/updater-ask.ts";
import type { UpdaterConfig, UpdaterEnd, UpdaterInput, UpdaterOutput } from "../update/updater-talk.ts";

/** What a session finds around it, besides the disk. It takes no time. */
export interface ModelWorld {
  /** What can be fetched, by digest. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  /** Whether what stands in this folder works. */
  healthy(tree: string): boolean;
}

export interface Performs {
  perform(operation: FileOperation): FileAnswer;
}

/** More operations than any session takes: one that goes on for ever is found out. */
const OPERATIONS_MAX = 5_000;
const NOW: Nanos = nanos(0);

/** How a session ended. `endless`: it did more than any should, or waits for what never comes. */
export type ModelEnd = UpdaterEnd | { readonly type: "endless" };

/**
 * Drives an updater on a model of a disk, from `begin` to its end. `hears` gets what it says, as it says it.
 */
export function runModelSession(
  updater: Updater,
  config: UpdaterConfig,
  { disk, world, hears }: { disk: Performs; world: ModelWorld; hears?: (output: UpdaterOutput) => void },
): ModelEnd {
  const surroundings = new Surroundings(disk, world);
  let state = updater.initial(config);
  let input: UpdaterInput | undefined = { type: "begin" };
  while (input !== undefined && surroundings.operations < OPERATIONS_MAX) {
    const step: ReturnType<Updater["step"]> = updater.step(state, input, NOW);
    state = step.state;
    input = undefined;
    for (const output of step.outputs) {
      hears?.(output);
      if (output.type === "end") return output;
      if (output.type === "ask") input = { type: "answer", ask: output.ask, answer: surroundings.answer(output.of) };
    }
  }
  return { type: "endless" };
}

class Surroundings {
  operations = 0;
  private readonly disk: Performs;
  private readonly world: ModelWorld;

  constructor(disk: Performs, world: ModelWorld) {
    this.disk = disk;
    this.world = world;
  }

  answer(of: UpdaterAsk): UpdaterAnswer {
    switch (of.port) {
      case "disk":
        return { port: "disk", answers: this.all(of.operations) };
      case "objects":
        return this.fetch(of.objects);
      case "health":
        return { port: "health", healthy: this.world.healthy(of.tree) };
      case "consent":
        return { port: "consent", given: true };
      case "exit":
      case "launch":
        return { port: of.port };
      case "wall":
        return { port: "wall", wall: 0 };
      case "metadata":
        return { port: "metadata", b64: undefined };
      default:
        return unreachable(of);
    }
  }

  private all(operations: readonly FileOperation[]): FileAnswer[] {
    const answers: FileAnswer[] = [];
    for (const operation of operations) {
      const answer = this.perform(operation);
      answers.push(answer);
      if ("failed" in answer) break;
    }
    return answers;
  }

  private perform(operation: FileOperation): FileAnswer {
    this.operations += 1;
    return this.disk.perform(operation);
  }

  /** As a downloader does it: into a part, synced, and only then under its name. */
  private fetch(objects: readonly WantedObject[]): UpdaterAnswer {
    const listed = this.perform({ do: "list", path: OBJECTS });
    const here = new Set("ok" in listed && listed.ok === "entries" ? listed.entries.map(({ name }) => name) : []);
    for (const { sha256 } of objects.filter((object) => !here.has(object.sha256))) {
      const bytes = this.world.contents.get(sha256);
      if (bytes === undefined) return { port: "objects", failed: "not-found" };
      const path = objectPath(sha256);
      const part = `${path}.part`;
      const answers = this.all([
        ...(here.has(`${sha256}.part`) ? [{ do: "truncate", path: part, size: 0 } as const] : []),
        { do: "write", path: part, offset: 0, bytes },
        { do: "sync", path: part },
        { do: "rename", from: part, path },
        { do: "sync-folder", path: OBJECTS },
      ]);
      const last = answers.at(-1);
      if (last !== undefined && "failed" in last) return { port: "objects", failed: last.failed };
    }
    return { port: "objects" };
  }
}
