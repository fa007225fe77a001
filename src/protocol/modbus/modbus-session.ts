import type { Json, JsonObject } from "../../bytes/json.ts";
import { unreachable } from "../../errors.ts";
import type { Session, SessionInput, SessionOutput } from "../../machine/machine.ts";
import { millis, type Nanos, plus } from "../../time/nanos.ts";
import { type Exchange, type Outcome, stateOf, type UnsolicitedCause, unsolicited } from "./exchange.ts";
import { contradiction, type HeardFrame, hearFrame, sameRequest } from "./heard-frame.ts";

export interface ModbusSessionOptions {
  /** The framer whose frames the session hears. */
  readonly framer: { readonly subject: string; readonly options?: Json };
  /** How long a device may take to answer. */
  readonly timeoutMs: number;
  /** How long after a request without a reply a reply is still taken for its own, and the same request for a retry. */
  readonly lateMs: number;
  /** Requests under way at once on a connection; on a serial line it is one. */
  readonly pendingMax: number;
}

export const MODBUS_SESSION_OPTIONS: ModbusSessionOptions = {
  framer: { subject: "modbus-tcp" },
  timeoutMs: 1_000,
  lateMs: 10_000,
  pendingMax: 64,
};

interface ModbusSessionState {
  readonly timeout: number;
  readonly late: number;
  readonly pendingMax: number;
  /** In the order in which they were asked. */
  readonly pending: Exchange[];
  /** Those that went without a reply, at most `pendingMax` of them. */
  readonly unanswered: Exchange[];
  /** Exchanges so far. */
  count: number;
  /** When bytes were lost, the latest time. */
  lostAt: Nanos | undefined;
}

/**
 * Hears both sides of a Modbus conversation and says what becomes of each request. On a connection request and reply have the
 * same transaction number; on a serial line, where one request is under way at a time, the same unit and function.
 */
export const modbusSession: Session<ModbusSessionOptions, ModbusSessionState> = {
  name: "modbus-session",
  initial({ timeoutMs, lateMs, pendingMax }) {
    return {
      timeout: millis(timeoutMs),
      late: millis(timeoutMs + lateMs),
      pendingMax,
      pending: [],
      unanswered: [],
      count: 0,
      lostAt: undefined,
    };
  },
  step(state, input, at) {
    const said: JsonObject[] = [];
    if (input.type === "elapsed") timeOut(state, at, said);
    else hear(state, input, at, said);
    return { state, outputs: said.map((value): SessionOutput => ({ type: "say", value })) };
  },
  deadline({ pending: [first], timeout }): Nanos | undefined {
    return first === undefined ? undefined : plus(first.at, timeout);
  },
};

function hear(state: ModbusSessionState, input: SessionInput, at: Nanos, said: JsonObject[]): void {
  switch (input.type) {
    case "frame": {
      const heard = hearFrame(input.frame);
      if (heard?.role === "request") hearRequest(state, heard, at, said);
      else if (heard !== undefined) hearReply(state, heard, at, said);
      break;
    }
    case "fault":
      for (const exchange of state.pending) exchange.faults += 1;
      break;
    case "gap":
      state.lostAt = at;
      for (const exchange of state.pending) exchange.blind = true;
      break;
    case "link":
      // What one end still has to say may be the reply.
      if (input.change !== "open" && input.change !== "half-close") cutOff(state, "link", at, said);
      break;
    case "end":
      cutOff(state, "end", at, said);
      break;
    default:
      unreachable(input);
  }
}

function hearRequest(state: ModbusSessionState, request: HeardFrame, at: Nanos, said: JsonObject[]): void {
  forget(state, at);
  const before = lastAttempt(state, request);
  const exchange: Exchange = {
    number: before?.number ?? ++state.count,
    attempt: (before?.attempt ?? 0) + 1,
    request,
    at,
    faults: 0,
    blind: false,
    settled: false,
  };
  for (const other of replaced(state, request)) {
    withdraw(state, other);
    if (other !== before) said.push(stateOf(other, { state: "given-up", ...waitedFor(other, at) }));
  }
  if (request.transaction === undefined && request.unit === 0) {
    said.push(stateOf(exchange, { state: "broadcast" }));
  } else {
    state.pending.push(exchange);
    said.push(stateOf(exchange, { state: before === undefined ? "requested" : "retried" }));
  }
}

/** The latest of the same requests that has no reply yet. */
function lastAttempt({ pending, unanswered }: ModbusSessionState, request: HeardFrame): Exchange | undefined {
  const same = (other: Exchange) => !other.settled && sameRequest(other.request, request);
  return pending.findLast(same) ?? unanswered.findLast(same);
}

/** What can wait no longer because of `request`: what had its number; on a serial line everything; else the oldest, if there are too many. */
function replaced({ pending, pendingMax }: ModbusSessionState, request: HeardFrame): Exchange[] {
  if (request.transaction === undefined) return [...pending];
  const same = pending.filter((other) => other.request.transaction === request.transaction);
  return same.length === 0 && pending.length >= pendingMax ? pending.slice(0, 1) : same;
}

function hearReply(state: ModbusSessionState, reply: HeardFrame, at: Nanos, said: JsonObject[]): void {
  forget(state, at);
  const waiting = state.pending.find(({ request }) => belongTogether(request, reply));
  const wrong = waiting === undefined ? undefined : contradiction(waiting.request, reply);
  const missed =
    waiting === undefined || wrong !== undefined ? findUnanswered(state, reply, waiting !== undefined) : undefined;
  if (missed !== undefined) {
    remove(state.unanswered, missed);
    const { exception } = reply;
    const latency = at - missed.at;
    said.push(
      stateOf(missed, exception === undefined ? { state: "late", latency } : { state: "late", latency, exception }),
    );
  } else if (waiting !== undefined) {
    remove(state.pending, waiting);
    settleOthers(state, waiting);
    said.push(stateOf(waiting, outcomeOf(reply, at - waiting.at, wrong)));
  } else {
    said.push(unsolicited(reply, whyUnsolicited(state, at)));
  }
}

function whyUnsolicited({ pending, lostAt, timeout }: ModbusSessionState, at: Nanos): UnsolicitedCause {
  if (lostAt !== undefined && at - lostAt <= timeout) return "gap";
  return pending.length === 0 ? "no-request" : "other-request";
}

function belongTogether(request: HeardFrame, reply: HeardFrame): boolean {
  return (
    request.transaction === reply.transaction && request.unit === reply.unit && request.function === reply.function
  );
}

/** The earliest that the reply fits. On a connection its number is enough, unless a request that `waits` has the same one. */
function findUnanswered({ unanswered }: ModbusSessionState, reply: HeardFrame, waits: boolean): Exchange | undefined {
  const candidates = unanswered.filter(({ request }) => belongTogether(request, reply));
  const fitting = candidates.find(({ request }) => contradiction(request, reply) === undefined);
  return fitting ?? (waits || reply.transaction === undefined ? undefined : candidates[0]);
}

/**
 * Other attempts of an exchange that was answered are no reason to take the same request for a retry. On a serial line a device that
 * answers has nothing more to say to what it was asked before.
 */
function settleOthers({ unanswered }: ModbusSessionState, { number, request }: Exchange): void {
  const stale = (other: Exchange) =>
    request.transaction === undefined && other.request.unit === request.unit && other.number !== number;
  for (const other of unanswered.filter(stale)) remove(unanswered, other);
  for (const other of unanswered) other.settled ||= other.number === number;
}

function outcomeOf({ exception }: HeardFrame, latency: number, wrong: ReturnType<typeof contradiction>): Outcome {
  if (exception !== undefined) return { state: "refused", latency, exception };
  return wrong === undefined ? { state: "answered", latency } : { state: "contradicted", latency, wrong };
}

function timeOut(state: ModbusSessionState, at: Nanos, said: JsonObject[]): void {
  const due = state.pending.filter((exchange) => at - exchange.at >= state.timeout);
  for (const exchange of due) {
    withdraw(state, exchange);
    said.push(
      stateOf(
        exchange,
        exchange.blind
          ? { state: "cut-off", waited: at - exchange.at, cause: "gap" }
          : { state: "timed-out", ...waitedFor(exchange, at) },
      ),
    );
  }
}

function cutOff(state: ModbusSessionState, cause: "link" | "end", at: Nanos, said: JsonObject[]): void {
  for (const exchange of state.pending) {
    said.push(stateOf(exchange, { state: "cut-off", waited: at - exchange.at, cause }));
  }
  state.pending.length = 0;
  state.unanswered.length = 0;
}

function waitedFor({ at: since, faults }: Exchange, at: Nanos): { waited: number; faults?: number } {
  return faults === 0 ? { waited: at - since } : { waited: at - since, faults };
}

/** It waits no longer, but a late reply may still come. */
function withdraw({ pending, unanswered, pendingMax }: ModbusSessionState, exchange: Exchange): void {
  remove(pending, exchange);
  unanswered.push(exchange);
  if (unanswered.length > pendingMax) unanswered.shift();
}

/** Beyond some time a reply is nobody's. */
function forget({ unanswered, late }: ModbusSessionState, at: Nanos): void {
  while (unanswered[0] !== undefined && at - unanswered[0].at > late) unanswered.shift();
}

function remove(exchanges: Exchange[], exchange: Exchange): void {
  exchanges.splice(exchanges.indexOf(exchange), 1);
}
