import type { LinkChange } from "../../bytes/channel.ts";
import type { JsonObject } from "../../bytes/json.ts";
import { assert, unreachable } from "../../errors.ts";
import type { Elapsed, Frame, Session, SessionInput, SessionOutput } from "../../machine/machine.ts";
import { earlier, millis, type Nanos, plus, ZERO } from "../../time/nanos.ts";
import { fits } from "./expectation.ts";
import { backoffOf, type RequestReplyOptions } from "./options.ts";
import { nextDue, type Task, tasksOf } from "./task.ts";

type Phase =
  /** Nothing has happened yet. */
  | { readonly name: "starting" }
  | { readonly name: "connecting"; readonly due: Nanos }
  | { readonly name: "ready" }
  | Waiting
  | { readonly name: "backing-off"; readonly due: Nanos }
  | { readonly name: "stopped" };

interface Waiting {
  readonly name: "waiting";
  readonly task: Task;
  readonly attempt: number;
  readonly since: Nanos;
  readonly due: Nanos;
}

interface RequestReplyState {
  readonly options: RequestReplyOptions;
  readonly tasks: readonly Task[];
  phase: Phase;
  /** When each task is next due on this link, if it is. */
  due: (Nanos | undefined)[];
  /** Links in a row that came to nothing. */
  failures: number;
  /** Heartbeats in a row without a reply. */
  misses: number;
  /** Frames since the last state that were no reply: what the device says of its own accord. */
  others: number;
}

/** One step: what it works on, when it happens, and what it says. */
interface Turn {
  readonly state: RequestReplyState;
  readonly at: Nanos;
  readonly outputs: SessionOutput[];
}

/** Why a link came to nothing. */
type Failure = "connect-timeout" | "unanswered" | Exclude<LinkChange, "open">;

/**
 * A client as a declaration: opens its link, sends its requests when they are due, one at a time, waits for their replies, sends
 * them again, and opens the link anew after growing pauses. It says each of its states: `connecting`, `ready`, `waiting`,
 * `backing-off`, `stopped`; `after` says what led to it.
 */
export const requestReply: Session<RequestReplyOptions, RequestReplyState> = {
  name: "request-reply",
  initial(options) {
    const tasks = tasksOf(options);
    return { options, tasks, phase: { name: "starting" }, due: [], failures: 0, misses: 0, others: 0 };
  },
  step(state, input, at) {
    const outputs: SessionOutput[] = [];
    if (state.phase.name !== "stopped") hear({ state, at, outputs }, input);
    return { state, outputs };
  },
  deadline({ phase, due }) {
    switch (phase.name) {
      case "starting":
        return ZERO;
      case "connecting":
      case "waiting":
      case "backing-off":
        return phase.due;
      case "ready":
        return due.reduce(earlier, undefined);
      case "stopped":
        return undefined;
      default:
        return unreachable(phase);
    }
  },
};

function hear(turn: Turn, input: SessionInput | Elapsed): void {
  switch (input.type) {
    case "elapsed":
      elapse(turn);
      break;
    case "frame":
      if (input.frame.dir === "rx") hearFrame(turn, input.frame);
      break;
    case "link":
      if (input.change === "open") hearOpen(turn);
      else hearLoss(turn, input.change);
      break;
    case "end":
      become(turn, { name: "stopped" }, { after: "end" });
      break;
    case "fault":
    case "gap":
      // A reply that was lost is one that does not come.
      break;
    default:
      unreachable(input);
  }
}

function elapse(turn: Turn): void {
  const { phase } = turn.state;
  if ("due" in phase && phase.due > turn.at) return;
  switch (phase.name) {
    case "starting":
    case "backing-off":
      connect(turn);
      break;
    case "connecting":
      fail(turn, "connect-timeout");
      break;
    case "ready":
      proceed(turn);
      break;
    case "waiting":
      if (phase.attempt <= phase.task.retries) send(turn, phase.task, phase.attempt + 1);
      else giveUp(turn, phase.task);
      break;
    case "stopped":
      break;
    default:
      unreachable(phase);
  }
}

function connect(turn: Turn): void {
  const { state, at, outputs } = turn;
  outputs.push({ type: "ask", link: "open" });
  const due = plus(at, millis(state.options.connect.timeoutMs));
  become(turn, { name: "connecting", due }, { attempt: state.failures + 1 });
}

function hearOpen(turn: Turn): void {
  const { state, at } = turn;
  // A later segment of a tape repeats that its link is open: that changes nothing.
  if (isConnected(state)) return;
  state.due = state.tasks.map(({ after }) => plus(at, after));
  state.misses = 0;
  become(turn, { name: "ready" }, { after: "open" });
  proceed(turn);
}

function hearLoss(turn: Turn, change: Exclude<LinkChange, "open">): void {
  if (isConnected(turn.state) || turn.state.phase.name === "connecting") fail(turn, change);
}

function isConnected({ phase }: RequestReplyState): boolean {
  return phase.name === "ready" || phase.name === "waiting";
}

function hearFrame(turn: Turn, frame: Frame): void {
  const { state, at } = turn;
  const { phase } = state;
  if (phase.name === "backing-off") {
    // The last of a link that is being closed.
    state.others += 1;
    return;
  }
  state.failures = 0;
  state.misses = 0;
  state.due = state.due.map((due, index) => dueWhenHeard(state.tasks[index], due, at));
  const outcome = phase.name === "waiting" ? outcomeOf(phase.task, frame) : undefined;
  if (phase.name !== "waiting" || outcome === undefined) {
    state.others += 1;
    // A device that is heard has an open link, whoever opened it.
    hearOpen(turn);
  } else {
    const { task, attempt, since } = phase;
    become(turn, { name: "ready" }, { after: outcome, request: task.name, attempt, latency: at - since });
    proceed(turn);
  }
}

/** The heartbeat is for when nothing is heard. */
function dueWhenHeard(task: Task | undefined, due: Nanos | undefined, at: Nanos): Nanos | undefined {
  return task?.missesMax === undefined || task.every === undefined ? due : plus(at, task.every);
}

function outcomeOf({ expect, refuse }: Task, frame: Frame): "answered" | "refused" | undefined {
  if (refuse !== undefined && fits(refuse, frame)) return "refused";
  return expect !== undefined && fits(expect, frame) ? "answered" : undefined;
}

/** Sends what is due, until something is waited for: the earliest first, of those due at once the one named first. */
function proceed(turn: Turn): void {
  const { state, at } = turn;
  while (state.phase.name === "ready") {
    const first = state.due.reduce(earlier, undefined);
    if (first === undefined || first > at) return;
    const index = state.due.indexOf(first);
    const task = state.tasks[index];
    assert(task !== undefined, "each due time has its task");
    state.due[index] = nextDue(task, first, at);
    send(turn, task, 1);
  }
}

function send(turn: Turn, task: Task, attempt: number): void {
  const { at, outputs } = turn;
  outputs.push({ type: "send", bytes: task.bytes.slice() });
  if (task.expect === undefined) {
    become(turn, { name: "ready" }, { after: "sent", request: task.name });
  } else {
    const due = plus(at, task.timeout);
    become(turn, { name: "waiting", task, attempt, since: at, due }, { request: task.name, attempt });
  }
}

/** No reply came, however often it was asked for. */
function giveUp(turn: Turn, { name, missesMax }: Task): void {
  const { state } = turn;
  if (missesMax !== undefined) state.misses += 1;
  const dead = missesMax === undefined ? state.options.unanswered === "reconnect" : state.misses >= missesMax;
  if (dead) {
    fail(turn, "unanswered", { request: name });
  } else {
    become(turn, { name: "ready" }, { after: "unanswered", request: name });
    proceed(turn);
  }
}

/** The link came to nothing: it is closed, where nobody else did that, and opened anew after a pause. */
function fail(turn: Turn, after: Failure, what: JsonObject = {}): void {
  const { state, at, outputs } = turn;
  const { connect } = state.options;
  if (after === "connect-timeout" || after === "unanswered" || after === "half-close") {
    outputs.push({ type: "ask", link: "close" });
  }
  state.failures += 1;
  if (connect.failuresMax !== undefined && state.failures >= connect.failuresMax) {
    become(turn, { name: "stopped" }, { after, ...what, failures: state.failures });
  } else {
    const pause = millis(backoffOf(connect, state.failures));
    become(turn, { name: "backing-off", due: plus(at, pause) }, { after, ...what, failures: state.failures, pause });
  }
}

/** Every change of phase is said, with what led to it, and how many frames came meanwhile that were no reply. */
function become({ state, outputs }: Turn, phase: Phase, what: JsonObject): void {
  const others = state.others === 0 ? {} : { others: state.others };
  state.phase = phase;
  state.others = 0;
  outputs.push({ type: "say", value: { type: "state", state: phase.name, ...what, ...others } });
}
