import { joined } from "../../bytes/joined.ts";
import { sha256Hex } from "../../bytes/sha256.ts";
import { unreachable } from "../../errors.ts";
import type { Elapsed, Machine } from "../../machine/machine.ts";
import { earlier, plus, ZERO } from "../../time/nanos.ts";
import type { DownloadPlan } from "./download-plan.ts";
import type { DownloadInput, DownloadOutput, DownloadPhase, DownloadState } from "./download-state.ts";
import { DownloadTurn } from "./download-turn.ts";
import { judgeHead } from "./judge-head.ts";
import type { ResponseHead } from "./response-head.ts";
import { LINK_KINDS } from "./retry.ts";

/**
 * Gets one file, whatever the server and the link do: resumes where it stopped, restarts where it must, gives up where more
 * tries are of no use. Everything that it does is an output, everything that it learns an input.
 */
export const download: Machine<DownloadPlan, DownloadState, DownloadInput, DownloadOutput> = {
  name: "download",

  initial(plan) {
    const { resume } = plan;
    return {
      plan,
      phase: { type: "idle" },
      overall: undefined,
      request: 0,
      offset: resume?.offset ?? 0,
      chunks: [...(resume?.chunks ?? [])],
      savedChunks: resume?.chunks.length ?? 0,
      etag: resume?.etag,
      total: plan.size ?? resume?.total,
      ranges: true,
      counts: {},
      rateDue: ZERO,
      rateBytes: 0,
      pieces: [],
      hundredth: -1,
    };
  },

  step(state, input, at) {
    const turn = new DownloadTurn(state, at);
    if (state.phase.type !== "over") hear(turn, input);
    return turn;
  },

  deadline({ phase, overall, rateDue }) {
    switch (phase.type) {
      case "idle":
      case "over":
        return undefined;
      case "asking":
        return earlier(overall, phase.due);
      case "reading":
        return earlier(overall, earlier(phase.due, rateDue));
      case "waiting":
        return earlier(overall, phase.until);
      default:
        return overall;
    }
  },
};

function hear(turn: DownloadTurn, input: DownloadInput | Elapsed): void {
  if (input.type === "elapsed") elapsed(turn);
  else if (input.type === "file-failed") turn.fail(input.failure, input.detail);
  else if (isAwaited(turn.state, input)) answered(turn, input);
}

type Answer = Exclude<DownloadInput, { readonly type: "file-failed" }>;

/** Whose answer a phase waits for. What comes at another time is old: of a request that was given up. */
const AWAITED: Readonly<Record<DownloadPhase["type"], readonly Answer["type"][]>> = {
  idle: ["start"],
  asking: ["head", "broken"],
  reading: ["piece", "end", "broken"],
  writing: ["written"],
  saving: ["saved"],
  drawing: ["drawn"],
  waiting: [],
  digesting: ["digested"],
  over: [],
};

function isAwaited({ phase, request }: DownloadState, input: Answer): boolean {
  return AWAITED[phase.type].includes(input.type) && (!("request" in input) || input.request === request);
}

function answered(turn: DownloadTurn, input: Answer): void {
  switch (input.type) {
    case "start":
      start(turn);
      break;
    case "head":
      headed(turn, input.head);
      break;
    case "piece":
      received(turn, input);
      break;
    case "end":
      bodyEnded(turn);
      break;
    case "broken":
      if (input.trouble === "redirect") turn.fail("redirect", input.detail);
      else turn.trouble(input.trouble === "unreachable" ? "unreachable" : "interrupted", input.detail);
      break;
    case "written":
      written(turn, input.chunks);
      break;
    case "saved":
      saved(turn);
      break;
    case "drawn":
      turn.waitAfter(input.draw);
      break;
    case "digested":
      digested(turn, input.sha256);
      break;
    default:
      unreachable(input);
  }
}

function start(turn: DownloadTurn): void {
  const { state, at } = turn;
  state.overall = plus(at, state.plan.limits.total);
  if (state.offset > 0 && state.offset === state.total) complete(turn);
  else turn.ask();
}

function headed(turn: DownloadTurn, head: ResponseHead): void {
  const { state } = turn;
  const verdict = judgeHead(state, head);
  switch (verdict.type) {
    case "from-the-start":
    case "go-on":
      if (verdict.type === "from-the-start") turn.rewind();
      state.etag = verdict.etag;
      state.total = verdict.total;
      state.rateDue = plus(turn.at, state.plan.limits.rate.over);
      state.rateBytes = 0;
      turn.read();
      break;
    case "complete":
      turn.cancel();
      complete(turn);
      break;
    case "retry":
      turn.cancel();
      if (verdict.kind === "changed") turn.rewind();
      if (verdict.kind === "range") state.ranges = false;
      turn.trouble(verdict.kind, verdict.detail, verdict.asked);
      break;
    case "fail":
      turn.fail(verdict.failure, verdict.detail);
      break;
    default:
      unreachable(verdict);
  }
}

function received(turn: DownloadTurn, { length, bytes }: Extract<DownloadInput, { type: "piece" }>): void {
  const { state } = turn;
  const { plan, offset, total } = state;
  const most = Math.min(total ?? plan.sizeMax, plan.sizeMax);
  state.rateBytes += length;
  if (offset + length > most) turn.fail("too-long", `more than the ${most} bytes that it may have`);
  else if (plan.into === "memory") {
    if (bytes !== undefined) state.pieces.push(bytes);
    state.offset += length;
    turn.read();
  } else {
    state.phase = { type: "writing", length, since: turn.at };
    turn.say({ type: "write", offset, length, last: offset + length === total });
  }
}

function written(turn: DownloadTurn, chunks: readonly string[]): void {
  const { state, at } = turn;
  const { phase, plan } = state;
  if (phase.type !== "writing") return;
  state.offset += phase.length;
  state.chunks.push(...chunks);
  // The server is not to blame for the time that the disk took.
  state.rateDue = plus(state.rateDue, at - phase.since);
  // What was fetched now need not be fetched again: a link that always breaks, and always brings something, gets there.
  if (chunks.length > 0) for (const kind of LINK_KINDS) delete state.counts[kind];
  turn.progress();
  if (chunks.length > 0 && turn.unsaved >= plan.limits.saveEvery) turn.save({ type: "read" });
  else turn.read();
}

function saved(turn: DownloadTurn): void {
  const { state, at } = turn;
  if (state.phase.type !== "saving") return;
  state.savedChunks = state.chunks.length;
  state.rateDue = plus(state.rateDue, at - state.phase.since);
  turn.goOn(state.phase.next);
}

function bodyEnded(turn: DownloadTurn): void {
  const { offset, total, plan } = turn.state;
  if (total === undefined || offset === total) complete(turn);
  else turn.trouble("interrupted", `the body ended after ${offset} of ${total} bytes of ${plan.path}`);
}

function complete(turn: DownloadTurn): void {
  const { state } = turn;
  if (state.plan.into === "memory") digested(turn, sha256Hex(joined(state.pieces)));
  else {
    state.phase = { type: "digesting" };
    turn.say({ type: "digest" });
  }
}

function digested(turn: DownloadTurn, sha256: string): void {
  const { state } = turn;
  const { plan, offset } = state;
  if (plan.sha256 !== undefined && sha256 !== plan.sha256) {
    turn.rewind();
    turn.trouble("digest", `SHA-256 is ${sha256}, not ${plan.sha256}`);
    return;
  }
  const bytes = plan.into === "memory" ? { bytes: joined(state.pieces) } : {};
  state.pieces = [];
  state.phase = { type: "over" };
  turn.say({ type: "done", size: offset, sha256, ...bytes });
}

function elapsed(turn: DownloadTurn): void {
  const { state, at } = turn;
  const { phase, overall, rateDue, rateBytes, plan } = state;
  if (overall !== undefined && overall <= at) turn.fail("time-limit", "the whole download took too long");
  else if (phase.type === "waiting" && phase.until <= at) turn.ask();
  else if (phase.type === "asking" && phase.due <= at) slow(turn, "no answer");
  else if (phase.type !== "reading") return;
  else if (phase.due <= at) slow(turn, "the body stopped");
  else if (rateDue <= at && rateBytes < plan.limits.rate.bytes) slow(turn, `only ${rateBytes} bytes came in a while`);
  else if (rateDue <= at) {
    state.rateDue = plus(at, plan.limits.rate.over);
    state.rateBytes = 0;
  }
}

function slow(turn: DownloadTurn, detail: string): void {
  turn.cancel();
  turn.trouble("slow", detail);
}
