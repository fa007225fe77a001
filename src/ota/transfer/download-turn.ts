import type { Step } from "../../machine/machine.ts";
import { type Nanos, plus } from "../../time/nanos.ts";
import { CHUNK_BYTES, type DownloadFailure, type ResumePoint } from "./download-plan.ts";
import type { AfterSave, DownloadOutput, DownloadState } from "./download-state.ts";
import { type RetryKind, retryWait } from "./retry.ts";

/** One step of the downloader: what it may do in it, by name. */
export class DownloadTurn implements Step<DownloadState, DownloadOutput> {
  readonly state: DownloadState;
  readonly at: Nanos;
  readonly outputs: DownloadOutput[] = [];

  constructor(state: DownloadState, at: Nanos) {
    this.state = state;
    this.at = at;
  }

  say(output: DownloadOutput): void {
    this.outputs.push(output);
  }

  /** Asks for what is missing. */
  ask(): void {
    const { state } = this;
    if (!state.ranges) this.rewind();
    const resumed = state.offset > 0;
    state.request += 1;
    state.phase = { type: "asking", due: plus(this.at, state.plan.limits.head) };
    this.say({
      type: "request",
      request: state.request,
      path: state.plan.path,
      ...(resumed ? { from: state.offset } : {}),
      ...(resumed && state.etag !== undefined ? { ifRange: state.etag } : {}),
    });
  }

  read(): void {
    const { state } = this;
    state.phase = { type: "reading", due: plus(this.at, state.plan.limits.idle) };
    this.say({ type: "read", request: state.request });
  }

  cancel(): void {
    this.say({ type: "cancel", request: this.state.request });
  }

  /** What was received is of no use. */
  rewind(): void {
    const { state } = this;
    if (state.plan.into === "file" && state.offset > 0) this.say({ type: "rewind" });
    state.offset = 0;
    state.chunks = [];
    state.savedChunks = 0;
    state.pieces = [];
    state.etag = undefined;
    state.total = state.plan.size;
    state.hundredth = -1;
  }

  progress(): void {
    const { state } = this;
    const { total, offset } = state;
    if (total === undefined || total === 0) return;
    const hundredth = Math.floor((offset * 100) / total);
    if (hundredth === state.hundredth) return;
    state.hundredth = hundredth;
    this.say({ type: "progress", received: offset, total });
  }

  /** Tries again later, or gives up. What is there is made to last first: it may take long until more comes. */
  trouble(kind: RetryKind, detail: string, asked?: Nanos): void {
    const { state } = this;
    const count = (state.counts[kind] ?? 0) + 1;
    state.counts[kind] = count;
    this.say({ type: "trouble", trouble: kind, count, detail });
    if (state.plan.into === "memory") this.rewind();
    const more = count < state.plan.limits.retry.tries[kind];
    const next: AfterSave = more ? { type: "retry", kind, asked } : { type: "fail", failure: kind, detail };
    if (state.chunks.length > state.savedChunks) this.save(next);
    else this.goOn(next);
  }

  /** Bytes that would be lost in a restart. */
  get unsaved(): number {
    const { chunks, savedChunks, offset } = this.state;
    return pointOffset(chunks.length, offset) - pointOffset(savedChunks, offset);
  }

  save(next: AfterSave): void {
    const { state } = this;
    state.phase = { type: "saving", since: this.at, next };
    this.say({ type: "save", point: pointOf(state) });
  }

  goOn(next: AfterSave): void {
    if (next.type === "read") this.read();
    else if (next.type === "fail") this.end(next.failure, next.detail);
    else {
      this.state.phase = { type: "drawing", kind: next.kind, asked: next.asked };
      this.say({ type: "draw" });
    }
  }

  /** Chance has spoken on how long to wait. */
  waitAfter(draw: number): void {
    const { state } = this;
    if (state.phase.type !== "drawing") return;
    const { kind, asked } = state.phase;
    const span = retryWait(state.plan.limits.retry, { count: state.counts[kind] ?? 1, draw, asked });
    state.phase = { type: "waiting", until: plus(this.at, span) };
    this.say({ type: "wait", span });
  }

  fail(failure: DownloadFailure, detail: string): void {
    const { type } = this.state.phase;
    if (type === "asking" || type === "reading" || type === "writing" || type === "saving") this.cancel();
    this.end(failure, detail);
  }

  end(failure: DownloadFailure, detail: string): void {
    this.state.phase = { type: "over" };
    this.say({ type: "failed", failure, detail });
  }
}

/** Chunks are whole, except that the last one of a file may be shorter. */
const pointOffset = (chunks: number, offset: number): number => Math.min(chunks * CHUNK_BYTES, offset);

function pointOf({ chunks, offset, etag, total }: DownloadState): ResumePoint {
  return {
    offset: pointOffset(chunks.length, offset),
    chunks: [...chunks],
    ...(etag === undefined ? {} : { etag }),
    ...(total === undefined ? {} : { total }),
  };
}
