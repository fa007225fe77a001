import { toBase64 } from "../../bytes/base64.ts";
import { unreachable } from "../../errors.ts";
import { ELAPSED, type Elapsed, type Machine, type Step } from "../../machine/machine.ts";
import { earlier, type Nanos } from "../../time/nanos.ts";
import type { FetchOutput, FetchState, FetchTask } from "../transfer/fetch-talk.ts";
import { fetcher } from "../transfer/fetcher.ts";
import type { UpdaterAnswer, UpdaterAsk } from "../update/updater-ask.ts";
import type { UpdaterConfig, UpdaterInput, UpdaterOutput } from "../update/updater-talk.ts";
import type { SessionAsk, SessionConfig, SessionInput, SessionOutput } from "./session-talk.ts";

type Updater = Machine<UpdaterConfig, unknown, UpdaterInput, UpdaterOutput>;

/** Plain data. */
export interface SessionState {
  readonly config: SessionConfig;
  updater: unknown;
  /** What is being fetched, and for which ask of the updater. */
  fetch: { readonly of: number; state: FetchState } | undefined;
  /** The ask that is open, and whose it is: the updater's own number, or the transfer's. */
  open: { readonly ask: number; readonly by: number | "fetch"; readonly port: SessionAsk["port"] } | undefined;
  asks: number;
  requests: number;
}

export type UpdateSession = Machine<SessionConfig, SessionState, SessionInput, SessionOutput>;

/** The updater together with its downloads. */
export function updateSession(updater: Updater): UpdateSession {
  return {
    name: "updater",

    initial(config) {
      const state = updater.initial(config.updater);
      return { config, updater: state, fetch: undefined, open: undefined, asks: 0, requests: 0 };
    },

    step(state, input, at) {
      const turn = new SessionTurn(updater, state, at);
      turn.hear(input);
      return turn;
    },

    deadline({ updater: state, fetch }) {
      return earlier(updater.deadline(state), fetch === undefined ? undefined : fetcher.deadline(fetch.state));
    },
  };
}

class SessionTurn implements Step<SessionState, SessionOutput> {
  readonly state: SessionState;
  readonly outputs: SessionOutput[] = [];
  private readonly updater: Updater;
  private readonly at: Nanos;

  constructor(updater: Updater, state: SessionState, at: Nanos) {
    this.updater = updater;
    this.state = state;
    this.at = at;
  }

  hear(input: SessionInput | Elapsed): void {
    if (input.type === "elapsed") this.elapsed();
    else if (input.type === "answer") this.answered(input);
    else this.tellUpdater(input);
  }

  private elapsed(): void {
    const { updater, fetch } = this.state;
    const due = fetch === undefined ? undefined : fetcher.deadline(fetch.state);
    if (due !== undefined && due <= this.at) this.tellFetch(ELAPSED);
    const own = this.updater.deadline(updater);
    if (own !== undefined && own <= this.at) this.tellUpdater(ELAPSED);
  }

  private answered({ ask, answer }: Extract<SessionInput, { readonly type: "answer" }>): void {
    const { open } = this.state;
    // Of something that was withdrawn meanwhile.
    if (open?.ask !== ask || open.port !== answer.port) return;
    this.state.open = undefined;
    if (open.by === "fetch") {
      if (isTransfers(answer)) this.tellFetch({ type: "answer", answer });
    } else if (isUpdaters(answer)) this.tellUpdater({ type: "answer", ask: open.by, answer });
  }

  private tellUpdater(input: UpdaterInput | Elapsed): void {
    const { state, outputs } = this.updater.step(this.state.updater, input, this.at);
    this.state.updater = state;
    for (const output of outputs) this.updaterSays(output);
  }

  private updaterSays(output: UpdaterOutput): void {
    if (output.type === "withdraw") this.withdraw(output.ask);
    else if (output.type !== "ask") this.outputs.push(output);
    else {
      const task = fetchTask(output.of);
      if (task !== undefined) this.fetch(output.ask, task);
      else if (isWorlds(output.of)) this.ask(output.of, output.ask);
    }
  }

  private fetch(of: number, task: FetchTask): void {
    const { location, limits } = this.state.config;
    const { requests } = this.state;
    this.state.fetch = { of, state: fetcher.initial({ task, location, limits, requests }) };
    this.tellFetch({ type: "begin" });
  }

  private tellFetch(input: Parameters<typeof fetcher.step>[1]): void {
    const { fetch } = this.state;
    if (fetch === undefined) return;
    const { outputs } = fetcher.step(fetch.state, input, this.at);
    this.state.requests = fetch.state.requests;
    for (const output of outputs) this.fetchSays(fetch.of, output);
  }

  private fetchSays(of: number, output: FetchOutput): void {
    const { type } = output;
    switch (type) {
      case "ask":
        this.ask(output.of, "fetch");
        break;
      case "hang-up":
        this.withdrawOpen();
        this.outputs.push(output);
        break;
      case "note":
        this.outputs.push(output);
        break;
      case "progress":
        this.tellUpdater({ type: "progress", ask: of, done: output.done, total: output.total });
        break;
      case "done":
      case "failed":
        this.fetched(of, output);
        break;
      default:
        unreachable(type);
    }
  }

  private fetched(of: number, output: Extract<FetchOutput, { readonly type: "done" | "failed" }>): void {
    const task = this.state.fetch?.state.config.task;
    this.state.fetch = undefined;
    if (task === undefined) return;
    const isAnswer = task.type === "metadata" && output.type === "failed" && output.failure === "not-found";
    if (output.type === "failed" && !isAnswer) {
      const { failure, detail } = output;
      this.outputs.push({ type: "note", note: { type: "fetch-failed", failure, detail } });
    } else if (output.type === "done" && task.type === "objects") {
      this.outputs.push({ type: "fetched", objects: task.objects.map(({ sha256 }) => sha256) });
    }
    this.tellUpdater({ type: "answer", ask: of, answer: answerOf(task, output) });
  }

  private withdraw(ask: number): void {
    const { fetch, open } = this.state;
    if (fetch?.of === ask) {
      this.state.fetch = undefined;
      this.withdrawOpen();
      this.outputs.push({ type: "hang-up", request: this.state.requests });
    } else if (open?.by === ask) this.withdrawOpen();
  }

  private withdrawOpen(): void {
    const { open } = this.state;
    if (open !== undefined) this.outputs.push({ type: "withdraw", ask: open.ask });
    this.state.open = undefined;
  }

  private ask(of: SessionAsk, by: number | "fetch"): void {
    this.state.asks += 1;
    this.state.open = { ask: this.state.asks, by, port: of.port };
    this.outputs.push({ type: "ask", ask: this.state.asks, of });
  }
}

function fetchTask(ask: UpdaterAsk): FetchTask | undefined {
  if (ask.port === "metadata") return { type: "metadata", path: ask.name, sizeMax: ask.sizeMax };
  return ask.port === "objects" ? { type: "objects", objects: ask.objects } : undefined;
}

function answerOf(task: FetchTask, output: Extract<FetchOutput, { readonly type: "done" | "failed" }>): UpdaterAnswer {
  if (task.type === "objects") {
    return output.type === "done" ? { port: "objects" } : { port: "objects", failed: output.failure };
  }
  if (output.type === "done") return { port: "metadata", b64: toBase64(output.bytes ?? new Uint8Array()) };
  // That there is no such file is an answer: it is how a walk over the roots ends.
  if (output.failure === "not-found") return { port: "metadata", b64: undefined };
  return { port: "metadata", failed: output.failure };
}

const TRANSFER_PORTS = ["disk", "http", "store", "chance"] as const;

function isTransfers<T extends { readonly port: string }>(
  answer: T,
): answer is Extract<T, { readonly port: (typeof TRANSFER_PORTS)[number] }> {
  return TRANSFER_PORTS.some((port) => port === answer.port);
}

function isUpdaters<T extends { readonly port: string }>(
  answer: T,
): answer is Exclude<T, { readonly port: "http" | "store" | "chance" }> {
  return answer.port === "disk" || !isTransfers(answer);
}

function isWorlds<T extends { readonly port: string }>(
  ask: T,
): ask is Exclude<T, { readonly port: "metadata" | "objects" }> {
  return ask.port !== "metadata" && ask.port !== "objects";
}
