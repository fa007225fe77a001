import { joined } from "../../bytes/joined.ts";
import type { Json, JsonObject } from "../../bytes/json.ts";
import type { TapeRecord } from "../../tape/record.ts";
import { type Nanos, ZERO } from "../../time/nanos.ts";
import { standIn } from "../crash/content.ts";
import { ModelDisk } from "../crash/model-disk.ts";
import { keptBytes } from "../transfer/kept-bytes.ts";
import type { FolderEntry } from "../update/durable-fs.ts";
import { TREES, treePath } from "../update/layout.ts";
import { parseTreeList } from "../update/schema.ts";
import { filesOf } from "../update/tree-list.ts";
import { InputJoiner } from "./input-joiner.ts";
import type { RecordedInput, SessionBegin } from "./schema.ts";
import { UPDATER } from "./updater-name.ts";

type Answer = Extract<RecordedInput, { readonly type: "answer" }>["answer"];

type DiskAnswers = Extract<Answer, { readonly port: "disk" }>["answers"];

/** Bytes of a blob of the tape; `undefined` if it has none of that digest. */
type BlobBytes = (sha256: string) => Uint8Array | undefined;

/** What a recorded session found around it: the server's files and the device's disk as they were when it began. */
export class WorldGround {
  begun: SessionBegin | undefined;
  begunAt: Nanos = ZERO;
  /** Milliseconds since 1970, when it asked. */
  wall = 0;
  healthy = true;
  /** Small files of the repository, by path. */
  readonly files = new Map<string, Uint8Array>();
  private readonly joiner = new InputJoiner();
  private readonly asked = new Map<number, readonly Operation[]>();
  private readonly entries = new Map<string, readonly FolderEntry[]>();
  private readonly texts = new Map<string, string>();
  private reading: { readonly path: string; readonly pieces: Uint8Array[] } | undefined;
  private written = false;

  take(record: TapeRecord): void {
    if (record.type === "output" && record.machine === UPDATER) this.said(record.value);
    if (record.type !== "input" || record.machine !== UPDATER) return;
    const input = this.joiner.take(record.value);
    if (input?.type === "begin" && this.begun === undefined) {
      this.begun = input;
      this.begunAt = record.at;
    }
    if (input?.type === "answer") this.heard(input.ask, input.to, input.answer);
  }

  /** The disk as the session found it. Files of which the tape has no bytes are zeros that pass for them. */
  disk(blob: BlobBytes): ModelDisk {
    const disk = ModelDisk.empty();
    for (const [folder, entries] of [...this.entries].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      for (const entry of entries) {
        const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
        if (entry.kind === "folder") disk.perform({ do: "make-folder", path });
        else if (entry.kind === "link") disk.perform({ do: "link", path, target: entry.target ?? "" });
        else disk.perform({ do: "create", path, text: this.texts.get(path) ?? "", mode: 0o644 });
      }
    }
    for (const [path, text] of this.texts) if (path.startsWith(`${TREES}/`)) fill(disk, text, blob);
    return disk.cut(disk.pending);
  }

  private said(value: Json): void {
    if (!isObject(value) || value["type"] !== "ask" || typeof value["ask"] !== "number") return;
    const of = value["of"];
    if (of === undefined || !isObject(of) || of["port"] !== "disk" || !Array.isArray(of["operations"])) return;
    this.asked.set(value["ask"], operationsIn(of["operations"]));
  }

  private heard(ask: number, to: string, answer: Answer): void {
    if (answer.port === "disk") this.looked(this.asked.get(ask) ?? [], answer.answers);
    else if (answer.port === "wall") this.wall = answer.wall;
    else if (answer.port === "health") this.healthy = answer.healthy;
    else if (answer.port === "http") this.fetched(to, answer);
  }

  /** Only what was seen before anything was written was there at the beginning. */
  private looked(operations: readonly Operation[], answers: DiskAnswers): void {
    for (const [index, { verb, path }] of operations.entries()) {
      const answer = answers[index];
      if (!READING.has(verb)) this.written = true;
      if (this.written || answer === undefined || !("ok" in answer)) continue;
      if (answer.ok === "entries") this.entries.set(path, answer.entries);
      if (answer.ok === "text" && answer.text !== undefined) this.texts.set(path, answer.text);
    }
  }

  private fetched(to: string, answer: Extract<Answer, { readonly port: "http" }>): void {
    if ("head" in answer) {
      const path = /^GET ([^ ]+)$/.exec(to)?.[1];
      const found = answer.head.status === 200 && path !== undefined;
      this.reading = found ? { path, pieces: [] } : undefined;
    } else if ("piece" in answer && this.reading !== undefined) {
      const bytes = keptBytes(answer);
      if (bytes === undefined) this.reading = undefined;
      else this.reading.pieces.push(bytes);
    } else if ("end" in answer && this.reading !== undefined) {
      this.files.set(this.reading.path, joined(this.reading.pieces));
      this.reading = undefined;
    }
  }
}

interface Operation {
  readonly verb: string;
  readonly path: string;
}

const READING: ReadonlySet<string> = new Set(["list", "read", "digest", "space"]);

function operationsIn(values: readonly Json[]): readonly Operation[] {
  return values.flatMap((value) => {
    if (!isObject(value)) return [];
    const { do: verb, path } = value;
    return typeof verb === "string" && typeof path === "string" ? [{ verb, path }] : [];
  });
}

function fill(disk: ModelDisk, text: string, blob: BlobBytes): void {
  const list = parseTreeList(text);
  if (list === undefined) return;
  for (const { path, sha256, size } of filesOf(list)) {
    const place = `${treePath(list.name)}/${path}`;
    for (let slash = place.indexOf("/"); slash > 0; slash = place.indexOf("/", slash + 1)) {
      disk.perform({ do: "make-folder", path: place.slice(0, slash) });
    }
    const bytes = blob(sha256) ?? standIn(sha256, size);
    disk.perform({ do: "write", path: place, offset: 0, bytes });
  }
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
