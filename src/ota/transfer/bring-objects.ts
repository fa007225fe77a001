import { objectPath as publishedPath } from "../release/repository-path.ts";
import type { FileAnswer, FileOperation, FolderEntry } from "../update/durable-fs.ts";
import { digestOf, entriesOf, failureOf, textOf } from "../update/file-answer.ts";
import { OBJECTS, objectPath } from "../update/layout.ts";
import type { WantedObject } from "../update/updater-ask.ts";
import { CHUNK_BYTES, type DownloadFailure, type DownloadPlan, type ResumePoint } from "./download-plan.ts";
import type { FetchOutput, FetchState, ObjectsState, QueuedAsk, Recalled } from "./fetch-talk.ts";
import { diskFailure } from "./file-failure.ts";
import { LOOK, PARTS, partPath, placing, RECORD_BYTES_MAX, recordName, recordPath, tidying } from "./parts.ts";
import { parseResumeRecord } from "./schema.ts";
import type { TransferAnswer, TransferAsk } from "./transfer-ask.ts";

/** What the walk does, in one step of the machine that it belongs to. */
export interface WalkTurn {
  readonly state: FetchState;
  ask(of: TransferAsk, by: QueuedAsk["by"]): void;
  say(output: FetchOutput): void;
  start(plan: DownloadPlan): void;
  end(output: Extract<FetchOutput, { readonly type: "done" | "failed" }>): void;
  fail(failure: DownloadFailure, detail: string): void;
}

/**
 * Brings objects to `staging/objects`, one after the other: keeps what is there and right, goes on with what was begun, fetches
 * the rest.
 */
export class ObjectWalk {
  private readonly turn: WalkTurn;
  private readonly walk: ObjectsState;

  constructor(turn: WalkTurn) {
    this.turn = turn;
    this.walk = turn.state.objects;
  }

  begin(): void {
    this.disk("looking", LOOK);
  }

  hear(answer: TransferAnswer): void {
    if (answer.port !== "disk") return;
    const failed = failureOf(answer.answers);
    if (failed === undefined) this.done(answer.answers);
    // A record that cannot be read is as good as none.
    else if (this.walk.step === "recalling") this.recall(undefined);
    else this.turn.fail(diskFailure(failed), failed);
  }

  downloaded(): void {
    const { sha256 } = this.object;
    this.disk("placing", placing(sha256, this.walk.parts.includes(recordName(sha256))));
  }

  private done(answers: readonly FileAnswer[]): void {
    const { step } = this.walk;
    if (step === "looking") this.looked(answers.map(entriesOf));
    else if (step === "tidying") this.next();
    else if (step === "checking") this.checked(answers[0]);
    else if (step === "discarding") this.fetch();
    else if (step === "recalling") this.recall(textOf(answers[0]));
    else if (step === "comparing") this.compared(answers);
    else if (step === "cutting") this.download();
    else this.have();
  }

  private looked(found: readonly (readonly FolderEntry[])[]): void {
    const wanted = new Set(this.wanted.map(({ sha256 }) => sha256));
    const [, , objects = [], parts = []] = found;
    this.walk.present = objects.map(({ name }) => name);
    this.walk.parts = parts.map(({ name }) => name).filter((name) => wanted.has(name.replace(/\.json$/, "")));
    const operations = tidying(found, wanted);
    if (operations.length > 0) this.disk("tidying", operations);
    else this.next();
  }

  /** The next object that is wanted, or the end. */
  private next(): void {
    const { sha256 } = this.object;
    if (this.walk.index >= this.wanted.length) this.turn.end({ type: "done" });
    else if (this.walk.present.includes(sha256)) this.disk("checking", [{ do: "digest", path: objectPath(sha256) }]);
    else this.fetch();
  }

  private checked(answer: FileAnswer | undefined): void {
    const { sha256 } = this.object;
    if (digestOf(answer)?.sha256 === sha256) this.have();
    else {
      this.turn.say({ type: "note", note: { type: "damaged", object: sha256 } });
      this.disk("discarding", [{ do: "remove-tree", path: objectPath(sha256) }]);
    }
  }

  private fetch(): void {
    const { sha256, size } = this.object;
    const { parts } = this.walk;
    this.walk.recalled = undefined;
    if (size === 0) this.disk("placing", empty(sha256));
    else if (!parts.includes(sha256)) this.download();
    else if (parts.includes(recordName(sha256))) {
      this.disk("recalling", [{ do: "read", path: recordPath(sha256), sizeMax: RECORD_BYTES_MAX }]);
    } else this.cut();
  }

  private recall(text: string | undefined): void {
    const { sha256, size } = this.object;
    const record = text === undefined ? undefined : parseResumeRecord(text);
    const chunks = record?.chunks.slice(0, Math.ceil(size / CHUNK_BYTES)) ?? [];
    if (record === undefined || chunks.length === 0) this.cut();
    else {
      this.walk.recalled = { url: record.url, etag: record.etag, chunks };
      const path = partPath(sha256);
      this.disk(
        "comparing",
        chunks.map((_, index) => ({ do: "digest", path, span: chunkSpan(index, size) })),
      );
    }
  }

  /** What is kept is what was written: chunk by chunk, up to the first that is not. */
  private compared(answers: readonly FileAnswer[]): void {
    const { recalled } = this.walk;
    if (recalled !== undefined) {
      const wrong = recalled.chunks.findIndex((chunk, index) => digestOf(answers[index])?.sha256 !== chunk);
      this.walk.recalled = { ...recalled, chunks: recalled.chunks.slice(0, wrong < 0 ? undefined : wrong) };
    }
    this.cut();
  }

  private cut(): void {
    const { sha256 } = this.object;
    this.disk("cutting", [{ do: "truncate", path: partPath(sha256), size: this.kept(this.walk.recalled) }]);
  }

  private kept(recalled: Recalled | undefined): number {
    return Math.min((recalled?.chunks.length ?? 0) * CHUNK_BYTES, this.object.size);
  }

  private download(): void {
    const { turn, walk } = this;
    const { sha256, size } = this.object;
    const { limits, location } = turn.state.config;
    walk.step = "downloading";
    const path = publishedPath(sha256);
    const resume = this.resumePoint(`${location}/${path}`);
    if (resume !== undefined) {
      turn.say({ type: "note", note: { type: "resumed", object: sha256, from: resume.offset, size } });
    }
    turn.start({
      path,
      into: "file",
      size,
      sizeMax: size,
      sha256,
      limits,
      ...(resume === undefined ? {} : { resume }),
    });
  }

  private resumePoint(url: string): ResumePoint | undefined {
    const { recalled } = this.walk;
    if (recalled === undefined || recalled.chunks.length === 0) return undefined;
    const { chunks, etag } = recalled;
    // Another place's tag says nothing here.
    const tag = etag === undefined || recalled.url !== url ? {} : { etag };
    return { offset: this.kept(recalled), chunks, ...tag };
  }

  private have(): void {
    const { walk, turn } = this;
    walk.done += this.object.size;
    walk.index += 1;
    turn.say({ type: "progress", done: walk.done, total: walk.total });
    this.next();
  }

  private disk(step: ObjectsState["step"], operations: readonly FileOperation[]): void {
    this.walk.step = step;
    this.turn.ask({ port: "disk", operations }, "objects");
  }

  private get wanted(): readonly WantedObject[] {
    const { task } = this.turn.state.config;
    return task.type === "objects" ? task.objects : [];
  }

  private get object(): WantedObject {
    return this.wanted[this.walk.index] ?? { sha256: "", size: 0 };
  }
}

function chunkSpan(index: number, size: number): { readonly offset: number; readonly size: number } {
  const offset = index * CHUNK_BYTES;
  return { offset, size: Math.min(CHUNK_BYTES, size - offset) };
}

/** Nothing needs to be fetched to have a file of no bytes. */
function empty(sha256: string): readonly FileOperation[] {
  const path = partPath(sha256);
  return [
    { do: "remove-tree", path },
    { do: "create", path, text: "", mode: 0o600 },
    { do: "sync", path },
    { do: "sync-folder", path: PARTS },
    { do: "rename", from: path, path: objectPath(sha256) },
    { do: "sync-folder", path: OBJECTS },
  ];
}
