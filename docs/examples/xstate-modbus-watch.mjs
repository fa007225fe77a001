// An XState machine as a subject: one request at a time, its reply, its time-out. `after` happens in the tape's time.

import { PLUGIN_ABI as ABI, xstateSession } from "fieldtape/plugin";
import { assign, createActor, createMachine, emit } from "xstate";

export const PLUGIN_ABI = ABI;

const same = ({ context: { asked }, event: { frame } }) => frame.transaction === asked.transaction;

/** The request that is under way, as each state names it. */
const ask = ({ event: { frame, at } }, exchange, attempt) => {
  const { transaction, unit, function: code, address, quantity } = frame;
  return {
    since: at,
    exchanges: exchange,
    asked: { exchange, attempt, transaction, unit, function: code, address, quantity },
  };
};
const anew = assign((given) => ask(given, given.context.exchanges + 1, 1));
const again = assign((given) => ask(given, given.context.exchanges, given.context.asked.attempt + 1));

const say = (state, more) => emit((given) => ({ type: "state", state, ...given.context.asked, ...more?.(given) }));
const latency = ({ context, event }) => ({ latency: event.at - context.since });
const waited = ({ context }) => ({ waited: context.timeoutMs * 1_000_000 });

const unsolicited = emit(({ event: { frame } }) => {
  const { transaction, unit, function: code } = frame;
  return { type: "state", state: "unsolicited", transaction, unit, function: code, cause: "no-request" };
});

const watch = createMachine(
  {
    context: ({ input }) => ({ timeoutMs: 1000, lateMs: 10_000, ...input, exchanges: 0, since: 0, asked: {} }),
    initial: "idle",
    on: { reply: { actions: unsolicited } },
    states: {
      idle: { on: { request: { target: "waiting", actions: [anew, say("requested")] } } },
      waiting: {
        after: { timeout: { target: "overdue", actions: say("timed-out", waited) } },
        on: { reply: { guard: same, target: "idle", actions: say("answered", latency) } },
      },
      overdue: {
        after: { late: "idle" },
        on: {
          request: [
            { guard: same, target: "waiting", actions: [again, say("retried")] },
            { target: "waiting", actions: [anew, say("requested")] },
          ],
          reply: { guard: same, target: "idle", actions: say("late", latency) },
        },
      },
    },
  },
  { delays: { timeout: ({ context }) => context.timeoutMs, late: ({ context }) => context.lateMs } },
);

export const create = (input) => ({
  framer: { subject: "modbus-tcp" },
  session: xstateSession("modbus-session", {
    actor: (options) => createActor(watch, { ...options, input }),
    event: (heard, at) => (heard.type === "frame" ? { type: heard.frame.role, frame: heard.frame, at } : undefined),
  }),
});
