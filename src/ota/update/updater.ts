import { unreachable } from "../../errors.ts";
import type { Machine } from "../../machine/machine.ts";
import { described, heardAnnouncer, keptTrust } from "./acquire.ts";
import * as activate from "./activate.ts";
import type { Announcer } from "./announcer.ts";
import { looked, mended } from "./begin.ts";
import type { FileAnswer } from "./durable-fs.ts";
import { EMPTY_JOURNAL } from "./journal.ts";
import { finish, look } from "./look.ts";
import * as obtain from "./obtain.ts";
import { madeRoom, measured } from "./prepare.ts";
import { left, rolledBack } from "./roll-back.ts";
import type { UpdaterAnswer } from "./updater-ask.ts";
import type { UpdaterConfig, UpdaterInput, UpdaterOutput } from "./updater-talk.ts";
import { end, failed, type Phase, type PhaseOf, type Turn, type UpdaterState, withdraw } from "./updater-turn.ts";

export type Updater = Machine<UpdaterConfig, UpdaterState, UpdaterInput, UpdaterOutput>;

/**
 * The updater of every dialect: mends what the last session left, hears of a release, fetches, checks and stages it, switches, starts
 * it, and keeps it or goes back. It asks for one thing at a time and does nothing itself, so that every session can be
 * recorded, replayed, and cut off anywhere.
 */
export function updater(announcer: Announcer): Updater {
  return {
    name: "updater",
    initial: (config) => ({
      config,
      phase: { name: "new" },
      asks: 0,
      journal: EMPTY_JOURNAL,
      missing: [],
      objects: [],
      kept: undefined,
      base: undefined,
      responsible: false,
      cancelled: false,
      doubt: undefined,
    }),
    step(state, input, at) {
      const turn: Turn = { state, announcer, at, outputs: [] };
      switch (input.type) {
        case "begin":
          if (state.phase.name === "new") state.phase = look(turn);
          break;
        case "answer":
          if (input.ask === state.asks) state.phase = hear(turn, input.answer);
          break;
        case "elapsed":
          state.phase = elapse(turn);
          break;
        case "progress":
          if (input.ask === state.asks) progress(turn, input.done, input.total);
          break;
        case "cancel":
          state.cancelled = true;
          state.phase = cancel(turn);
          break;
        default:
          unreachable(input);
      }
      return { state, outputs: turn.outputs };
    },
    deadline: ({ phase }) => ("due" in phase ? phase.due : undefined),
  };
}

function hear(turn: Turn, answer: UpdaterAnswer): Phase {
  const { phase, cancelled } = turn.state;
  if (cancelled && isCancellable(phase)) return giveUp(turn, phase);
  if (answer.port === "disk") return hearDisk(turn, phase, answer.answers);
  switch (phase.name) {
    case "announcing":
      return heardAnnouncer(turn, phase.announcer, answer);
    case "downloading":
      return obtain.downloaded(turn, phase, answer);
    case "consenting":
      return activate.consented(turn, phase, answer);
    case "exiting":
      return activate.exited(turn, phase, answer);
    case "launching":
      return activate.launched(turn, phase, answer);
    case "probing":
      return activate.probed(turn, phase, answer);
    case "leaving":
      return left(turn, phase, answer.port === "exit" && answer.failed === undefined);
    case "relaunching":
      return end(turn, phase.end);
    case "ended":
      return phase;
    default:
      return finish(turn, failed("bad-answer"));
  }
}

function hearDisk(turn: Turn, phase: Phase, answers: readonly FileAnswer[]): Phase {
  switch (phase.name) {
    case "reading":
      return looked(turn, answers);
    case "mending":
      return mended(turn, phase, answers);
    case "describing":
      return described(turn, answers);
    case "keeping":
      return keptTrust(turn, phase.step, answers);
    case "measuring":
      return measured(turn, phase, answers);
    case "making-room":
      return madeRoom(turn, phase, answers);
    case "preparing":
      return obtain.prepared(turn, phase, answers);
    case "verifying":
      return obtain.verified(turn, phase, answers);
    case "discarding":
      return obtain.discarded(turn, phase, answers);
    case "staging":
      return obtain.stagedSome(turn, phase, answers);
    case "naming":
      return obtain.named(turn, phase, answers);
    case "listing":
      return activate.listed(turn, phase, answers);
    case "rehashing":
      return activate.rehashed(turn, phase, answers);
    case "switching":
      return activate.switched(turn, phase, answers);
    case "counting":
      return activate.counted(turn, phase, answers);
    case "committing":
      return activate.confirmed(turn, phase, answers);
    case "rolling-back":
      return rolledBack(turn, phase, answers);
    case "clearing":
      return end(turn, phase.end);
    case "cleaning":
      return finish(turn, phase.end);
    case "ended":
    case "new":
      return phase;
    default:
      return finish(turn, failed("bad-answer"));
  }
}

function elapse(turn: Turn): Phase {
  const { phase } = turn.state;
  if (!("due" in phase) || phase.due > turn.at) return phase;
  withdraw(turn);
  switch (phase.name) {
    case "exiting":
      return activate.notExited(turn, "exit-timeout");
    case "probing":
      return activate.startAgain(turn, phase.tree, "health-timeout");
    case "leaving":
      return left(turn, phase, false);
    default:
      return unreachable(phase);
  }
}

function progress(turn: Turn, done: number, total: number): void {
  const { phase } = turn.state;
  if (phase.name === "downloading") turn.outputs.push({ type: "progress", state: "downloading", done, total });
}

/** Up to the switch an update can be given up; what stands on the disk stays whole, and what was fetched is kept for the next time. */
function cancel(turn: Turn): Phase {
  const { phase } = turn.state;
  switch (phase.name) {
    case "announcing":
    case "downloading":
    case "consenting":
      withdraw(turn);
      return giveUp(turn, phase);
    case "exiting":
      withdraw(turn);
      return activate.notExited(turn, "cancelled");
    default:
      return phase;
  }
}

/** Phases in which nothing was touched that is in use: where a session that was told to stop does so. */
const CANCELLABLE = [
  "announcing",
  "measuring",
  "preparing",
  "downloading",
  "verifying",
  "staging",
  "discarding",
  "consenting",
  "listing",
  "rehashing",
] as const;

type Cancellable = PhaseOf<(typeof CANCELLABLE)[number]>;

function isCancellable(phase: Phase): phase is Cancellable {
  return CANCELLABLE.some((name) => name === phase.name);
}

function giveUp(turn: Turn, phase: Cancellable): Phase {
  // What is complete stays staged.
  if ("tree" in phase) return activate.notExited(turn, "cancelled");
  return "job" in phase ? obtain.clear(turn, phase.job, failed("cancelled")) : end(turn, failed("cancelled"));
}
