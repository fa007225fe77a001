import type { LinkChange } from "../bytes/channel.ts";
import type { JsonObject } from "../bytes/json.ts";
import { unreachable } from "../errors.ts";
import type { Fault, Frame, Session, SessionInput, SessionOutput } from "../machine/machine.ts";
import type { Nanos } from "../time/nanos.ts";
import { endOf, type Feed, type Feeding, feedInto } from "./feed.ts";
import { VirtualStage } from "./virtual-stage.ts";

/** What a conversation may do. Only a participant sends and asks. */
export interface SessionWire {
  say(value: JsonObject): void;
  send(bytes: Uint8Array): void;
  ask(link: "open" | "close"): void;
}

/** Code that follows a conversation; what else it wants to hear than frames is its choice. */
export interface Following extends Feeding<Frame> {
  fault?(fault: Fault): unknown;
  gap?(): unknown;
  link?(change: LinkChange): unknown;
}

type Opening = (wire: SessionWire) => Following | Feed<Frame>;

/**
 * Code that knows nothing of machines, as a session: `open` makes one for each channel when that is first heard of, and it is fed the
 * frames of both directions. It runs in virtual time: its timers, dates and chance are the tape's. Its state is its own, so there are no
 * snapshots.
 */
export function legacySession(name: string, open: Opening): Session<unknown, LegacyFollower> {
  return {
    name,
    cold: true,
    initial: () => new LegacyFollower(name, open),
    step: (follower, input, at) => ({
      state: follower,
      outputs: input.type === "elapsed" ? follower.elapse(at) : follower.hear(input, at),
    }),
    deadline: (follower) => follower.deadline,
  };
}

class LegacyFollower implements SessionWire {
  readonly #open: Opening;
  readonly #stage: VirtualStage<SessionOutput>;
  #code: Following | Feed<Frame> | undefined;

  constructor(name: string, open: Opening) {
    this.#open = open;
    this.#stage = new VirtualStage(name);
  }

  get deadline(): Nanos | undefined {
    return this.#stage.timers.deadline;
  }

  elapse(at: Nanos): readonly SessionOutput[] {
    return this.#stage.elapse(at);
  }

  hear(input: SessionInput, at: Nanos): readonly SessionOutput[] {
    return this.#stage.tell(at, () => {
      this.#code ??= this.#open(this);
      return tell(this.#code, input);
    });
  }

  say(value: JsonObject): void {
    this.#stage.say({ type: "say", value });
  }

  send(bytes: Uint8Array): void {
    this.#stage.say({ type: "send", bytes });
  }

  ask(link: "open" | "close"): void {
    this.#stage.say({ type: "ask", link });
  }
}

function tell(code: Following | Feed<Frame>, input: SessionInput): unknown {
  const following: Partial<Following> = typeof code === "function" ? {} : code;
  switch (input.type) {
    case "frame":
      return feedInto(code, input.frame);
    case "fault":
      return following.fault?.(input.fault);
    case "gap":
      return following.gap?.();
    case "link":
      return following.link?.(input.change);
    case "end":
      return endOf(code);
    default:
      return unreachable(input);
  }
}
