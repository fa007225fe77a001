import type { JsonObject } from "../../bytes/json.ts";
import { assert, unreachable } from "../../errors.ts";
import { ELAPSED, type Elapsed, type Machine, type Step } from "../../machine/machine.ts";
import type { Nanos } from "../../time/nanos.ts";
import type { FileAnswer } from "../update/durable-fs.ts";
import { digestOf, failureOf } from "../update/file-answer.ts";
import { ObjectWalk, type WalkTurn } from "./bring-objects.ts";
import { download } from "./download.ts";
import type { DownloadFailure, DownloadPlan } from "./download-plan.ts";
import type { DownloadInput, DownloadOutput } from "./download-state.ts";
import type { FetchConfig, FetchInput, FetchOutput, FetchState, QueuedAsk } from "./fetch-talk.ts";
import { diskFailure } from "./file-failure.ts";
import { keptBytes } from "./kept-bytes.ts";
import { partPath, saving } from "./parts.ts";
import type { TransferAnswer, TransferAsk } from "./transfer-ask.ts";

/**
 * Fetches what the updater asks a repository for: a small signed file into memory, or payloads to the disk. Turns what the
 * downloads say into asks of the world, one at a time.
 */
export const fetcher: Machine<FetchConfig, FetchState, FetchInput, FetchOutput> = {
  name: "fetcher",

  initial(config) {
    const total = config.task.type === "objects" ? config.task.objects.reduce((sum, { size }) => sum + size, 0) : 0;
    return {
      config,
      requests: config.requests,
      queue: [],
      open: undefined,
      download: undefined,
      objects: { index: 0, step: "looking", done: 0, total, present: [], parts: [], recalled: undefined },
      over: false,
    };
  },

  step(state, input, at) {
    const turn = new FetchTurn(state, at);
    if (!state.over) turn.hear(input);
    return turn;
  },

  deadline({ download: state, over }) {
    return over || state === undefined ? undefined : download.deadline(state);
  },
};

class FetchTurn implements Step<FetchState, FetchOutput>, WalkTurn {
  readonly state: FetchState;
  readonly outputs: FetchOutput[] = [];
  private readonly at: Nanos;

  constructor(state: FetchState, at: Nanos) {
    this.state = state;
    this.at = at;
  }

  hear(input: FetchInput | Elapsed): void {
    if (input.type === "begin") this.begin();
    else if (input.type === "elapsed") this.tellDownload(ELAPSED);
    else this.answered(input.answer);
    this.sendNext();
  }

  /** Begins the next download. */
  start(plan: DownloadPlan): void {
    const state = download.initial(plan);
    this.state.download = { ...state, request: this.state.requests };
    this.tellDownload({ type: "start" });
  }

  ask(of: TransferAsk, by: QueuedAsk["by"]): void {
    this.state.queue.push({ of, by });
  }

  say(output: FetchOutput): void {
    this.outputs.push(output);
  }

  end(output: Extract<FetchOutput, { readonly type: "done" | "failed" }>): void {
    const { state } = this;
    state.over = true;
    state.queue = [];
    this.say(output);
  }

  fail(failure: DownloadFailure, detail: string): void {
    this.end({ type: "failed", failure, detail });
  }

  private begin(): void {
    const { task, limits } = this.state.config;
    if (task.type === "objects") new ObjectWalk(this).begin();
    else this.start({ path: task.path, into: "memory", sizeMax: task.sizeMax, limits });
  }

  private answered(answer: TransferAnswer): void {
    const { open } = this.state;
    // Of a request that was given up.
    if (open === undefined || open.of.port !== answer.port) return;
    this.state.open = undefined;
    const failed = failedFile(answer);
    if (open.by === "objects") new ObjectWalk(this).hear(answer);
    else if (failed !== undefined) this.tellDownload(failed);
    else if (open.by === "download") this.tellDownload(heardByDownload(open.of, answer));
  }

  private sendNext(): void {
    const { state } = this;
    if (state.over || state.open !== undefined) return;
    state.open = state.queue.shift();
    if (state.open !== undefined) this.say({ type: "ask", of: state.open.of });
  }

  private tellDownload(input: DownloadInput | Elapsed): void {
    const { state } = this;
    if (state.download === undefined) return;
    const { outputs } = download.step(state.download, input, this.at);
    for (const output of outputs) this.downloadSays(output);
  }

  private downloadSays(output: DownloadOutput): void {
    const { type } = output;
    switch (type) {
      case "request":
        this.state.requests = output.request;
        this.ask({ port: "http", do: "request", ...withoutType(output) }, "download");
        return;
      case "read":
        this.ask({ port: "http", do: "read", request: output.request, kept: !this.toDisk }, "download");
        return;
      case "write":
        this.ask({ port: "store", path: partPath(this.sha256), ...withoutType(output) }, "download");
        return;
      case "draw":
        this.ask({ port: "chance" }, "download");
        return;
      case "rewind":
      case "save":
      case "digest":
        this.fileWork(output);
        return;
      case "cancel":
        // Whatever was asked of that request is not wanted any more.
        this.state.open = undefined;
        this.state.queue = [];
        this.say({ type: "hang-up", request: output.request });
        return;
      case "trouble":
      case "wait":
        this.say({ type: "note", note: asNote(output) });
        return;
      case "progress":
        this.progress(output.received, output.total);
        return;
      case "done":
        this.downloaded(output);
        return;
      case "failed":
        this.fail(output.failure, output.detail);
        return;
      default:
        unreachable(type);
    }
  }

  private fileWork(output: Extract<DownloadOutput, { readonly type: "rewind" | "save" | "digest" }>): void {
    const { location } = this.state.config;
    const path = partPath(this.sha256);
    if (output.type === "rewind") this.ask({ port: "disk", operations: [{ do: "truncate", path, size: 0 }] }, "nobody");
    else if (output.type === "save") {
      this.ask({ port: "disk", operations: saving(this.sha256, `${location}/${this.path}`, output.point) }, "download");
      this.state.objects.parts = [...new Set([...this.state.objects.parts, `${this.sha256}.json`])];
    } else {
      const operations = [{ do: "sync", path } as const, { do: "digest", path } as const];
      this.ask({ port: "disk", operations }, "download");
    }
  }

  private progress(received: number, total: number): void {
    const { objects, config } = this.state;
    if (config.task.type === "objects") {
      this.say({ type: "progress", done: objects.done + received, total: objects.total });
    } else this.say({ type: "progress", done: received, total });
  }

  private downloaded({ bytes }: Extract<DownloadOutput, { readonly type: "done" }>): void {
    this.state.download = undefined;
    if (bytes === undefined) new ObjectWalk(this).downloaded();
    else this.end({ type: "done", bytes });
  }

  private get toDisk(): boolean {
    return this.state.config.task.type === "objects";
  }

  private get path(): string {
    return this.state.download?.plan.path ?? "";
  }

  private get sha256(): string {
    const sha256 = this.state.download?.plan.sha256;
    assert(sha256 !== undefined, "a payload is known by its digest");
    return sha256;
  }
}

/** What a disk says that failed, for the download. */
function failedFile(answer: TransferAnswer): DownloadInput | undefined {
  const failure = answer.port === "disk" ? failureOf(answer.answers) : undefined;
  const code = answer.port === "store" && "failed" in answer ? answer.failed : failure;
  if (code === undefined) return undefined;
  return { type: "file-failed", failure: diskFailure(code), detail: code };
}

function heardByDownload(ask: TransferAsk, answer: TransferAnswer): DownloadInput {
  if (answer.port === "chance") return { type: "drawn", draw: answer.draw };
  if (answer.port === "store") return { type: "written", chunks: "chunks" in answer ? answer.chunks : [] };
  if (answer.port === "disk") return savedOrDigested(answer.answers);
  const request = "request" in ask ? ask.request : 0;
  if ("head" in answer) return { type: "head", request, head: answer.head };
  if ("end" in answer) return { type: "end", request };
  if ("broken" in answer) return { type: "broken", request, trouble: answer.broken, detail: answer.detail };
  const bytes = keptBytes(answer);
  return { type: "piece", request, length: answer.piece, ...(bytes === undefined ? {} : { bytes }) };
}

function savedOrDigested(answers: readonly FileAnswer[]): DownloadInput {
  const last = answers.at(-1);
  const isDigest = last !== undefined && "ok" in last && last.ok === "digest";
  return isDigest ? { type: "digested", sha256: digestOf(last)?.sha256 ?? "missing" } : { type: "saved" };
}

function withoutType<T extends { readonly type: string }>({ type: _type, ...rest }: T): Omit<T, "type"> {
  return rest;
}

function asNote(output: Extract<DownloadOutput, { readonly type: "trouble" | "wait" }>): JsonObject {
  return { ...output };
}
