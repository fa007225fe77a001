import type { FileAnswer, FileOperation } from "../update/durable-fs.ts";
import type { UpdaterOutput } from "../update/updater-talk.ts";
import type { ModelDisk } from "./model-disk.ts";
import type { Performs } from "./model-session.ts";
import { operationWords } from "./operation-words.ts";
import type { Promised } from "./oracle.ts";

export function isWriting({ do: what }: FileOperation): boolean {
  return what !== "list" && what !== "read" && what !== "digest" && what !== "space";
}

/** A disk whose operations are counted, watched, and made to fail. */
export class Watched implements Performs {
  readonly disk: ModelDisk;
  operations = 0;
  writes = 0;
  last = "";
  promised: Promised;
  private readonly after: (watched: Watched) => void;
  private readonly refusal: (operation: FileOperation, count: number) => string | undefined;

  constructor(
    disk: ModelDisk,
    after: (watched: Watched) => void,
    refusal: (operation: FileOperation, count: number) => string | undefined = () => undefined,
  ) {
    this.disk = disk;
    this.after = after;
    this.refusal = refusal;
  }

  perform(operation: FileOperation): FileAnswer {
    this.operations += 1;
    this.last = operationWords(operation);
    if (isWriting(operation)) this.writes += 1;
    const code = this.refusal(operation, this.operations);
    const answer = code === undefined ? this.disk.perform(operation) : refused(this.disk, operation, code);
    this.after(this);
    return answer;
  }

  /** What is said before an operation holds from then on, whatever happens. */
  hear(output: UpdaterOutput): void {
    if (output.type !== "state") return;
    if (output.state === "committed") this.promised = "after";
    if (output.state === "rolled-back") this.promised = "before";
  }
}

/** What fails may have been done in part. */
function refused(disk: ModelDisk, operation: FileOperation, failed: string): FileAnswer {
  if (failed === "EIO" && (operation.do === "sync" || operation.do === "sync-folder")) disk.failSync(operation.path);
  if (failed === "ENOSPC" && (operation.do === "append" || operation.do === "create")) {
    disk.perform({ ...operation, text: operation.text.slice(0, operation.text.length / 2) });
  }
  return { failed };
}
