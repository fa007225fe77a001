import type { JsonObject } from "../bytes/json.ts";
import { FieldtapeError } from "../errors.ts";
import type { Session, SessionInput, SessionOutput } from "../machine/machine.ts";
import { type Nanos, nanos } from "../time/nanos.ts";
import { VirtualStage } from "./virtual-stage.ts";

// What is used of XState 5, by its shape: the package is the user's own, in the version that he has.

interface Scheduled {
  readonly id: string;
  readonly event: unknown;
  readonly target: unknown;
}

export interface XstateActor {
  readonly system: {
    getSnapshot(): { readonly _scheduledEvents: Readonly<Record<string, Scheduled>> };
    readonly scheduler: {
      schedule(source: unknown, target: unknown, event: unknown, delay: number, id: string): void;
    };
  };
  start(): unknown;
  send(event: unknown): void;
  on(type: "*", listener: (emitted: unknown) => void): unknown;
  getPersistedSnapshot(): unknown;
}

/** What `createActor` is called with, besides the machine and options of one's own. */
export interface XstateActorOptions {
  readonly clock: {
    setTimeout(callback: (...given: unknown[]) => void, delay: number): number;
    clearTimeout(id: number): void;
  };
  /** Of an actor that goes on: what its `getPersistedSnapshot` gave. */
  // biome-ignore lint/suspicious/noExplicitAny: XState types it by the machine, which is not known here
  readonly snapshot: any;
}

export interface XstateSessionOptions<Event> {
  /** `(options) => createActor(machine, { ...options, input: … })` */
  actor(options: XstateActorOptions): XstateActor;
  /** The event that an input is to the machine; `undefined`: it is none of its business. */
  event(input: SessionInput, at: Nanos): Event | undefined;
  /** It has child actors: no snapshots of it. */
  readonly cold?: true;
}

/** A live actor is found by the plain data that stands for it in snapshots. */
interface XstateState {
  readonly persisted: unknown;
  readonly timers: readonly PendingTimer[];
}

/** One of the machine's delayed events. */
interface PendingTimer {
  readonly id: string;
  readonly due: number;
  readonly event: unknown;
}

/**
 * An XState machine as a session: one actor for each channel. Inputs become its events; what it emits (`emit`) goes on the tape; a
 * `{ type: "send", bytes }` that it emits is sent, a `{ type: "ask", link }` asked for. `after` and delayed events happen in the tape's time.
 * Its persisted snapshot is the session's: a seek is warm as long as the actor has no children.
 */
export function xstateSession<Event>(
  name: string,
  options: XstateSessionOptions<Event>,
): Session<unknown, XstateState> {
  const live = new WeakMap<XstateState, LiveActor<Event>>();
  const actorOf = (state: XstateState | undefined): LiveActor<Event> => {
    const known = state === undefined ? undefined : live.get(state);
    if (known !== undefined) return known;
    const made = new LiveActor(name, options, state);
    live.set(made.state, made);
    return made;
  };
  return {
    name,
    ...(options.cold === undefined ? {} : { cold: options.cold }),
    initial: () => actorOf(undefined).state,
    step(state, input, at) {
      const actor = actorOf(state);
      return { state: actor.state, outputs: input.type === "elapsed" ? actor.elapse(at) : actor.hear(input, at) };
    },
    deadline: (state) => actorOf(state).deadline,
  };
}

class LiveActor<Event> {
  readonly state: XstateState;
  readonly #name: string;
  readonly #options: XstateSessionOptions<Event>;
  readonly #stage: VirtualStage<SessionOutput>;
  readonly #due = new WeakMap<Scheduled, Nanos>();
  readonly #before: XstateState | undefined;
  #actor: XstateActor | undefined;

  constructor(name: string, options: XstateSessionOptions<Event>, before: XstateState | undefined) {
    this.#name = name;
    this.#options = options;
    this.#stage = new VirtualStage(name);
    this.#before = before?.persisted === undefined ? undefined : before;
    const self = this;
    // Read when a snapshot is made, and only then: an actor's own is too dear for every step.
    this.state = {
      get persisted() {
        return self.#persisted();
      },
      get timers() {
        return self.#pending();
      },
    };
  }

  get deadline(): Nanos | undefined {
    if (this.#actor !== undefined || this.#before === undefined) return this.#stage.timers.deadline;
    const [first] = this.#before.timers.map(({ due }) => due).sort((a, b) => a - b);
    return first === undefined ? undefined : nanos(first);
  }

  hear(input: SessionInput, at: Nanos): readonly SessionOutput[] {
    return this.#stage.tell(at, () => {
      const actor = this.#start();
      const event = this.#options.event(input, at);
      if (event !== undefined) actor.send(event);
    });
  }

  elapse(at: Nanos): readonly SessionOutput[] {
    if (this.#actor !== undefined) return this.#stage.elapse(at);
    const started = this.#stage.tell(at, () => void this.#start());
    return [...started, ...this.#stage.elapse(at)];
  }

  #start(): XstateActor {
    if (this.#actor !== undefined) return this.#actor;
    const { timers } = this.#stage;
    let resumed: Nanos | undefined;
    const clock: XstateActorOptions["clock"] = {
      setTimeout: (callback, delay) => {
        const due = resumed ?? timers.dueAfter(delay);
        this.#remember(actor, due);
        return timers.setAt(due, callback);
      },
      clearTimeout: (id) => timers.clear(id),
    };
    const actor = this.#options.actor({ clock, snapshot: this.#before?.persisted });
    this.#actor = actor;
    actor.on("*", (emitted) => this.#stage.say(this.#outputOf(emitted)));
    actor.start();
    // XState forgets what its snapshots waited for.
    for (const { id, due, event } of this.#before?.timers ?? []) {
      resumed = nanos(due);
      actor.system.scheduler.schedule(actor, actor, event, 0, id);
    }
    resumed = undefined;
    return actor;
  }

  /** The delayed event that XState has just noted down is due then. */
  #remember(actor: XstateActor, due: Nanos): void {
    const noted = Object.values(scheduledOf(actor)).find((scheduled) => !this.#due.has(scheduled));
    if (noted !== undefined) this.#due.set(noted, due);
  }

  #persisted(): unknown {
    if (this.#actor === undefined) return this.#before?.persisted;
    const strangers = Object.values(scheduledOf(this.#actor)).some(({ target }) => target !== this.#actor);
    const persisted = this.#actor.getPersistedSnapshot();
    if (strangers || hasChildren(persisted)) throw this.#cannotPause();
    return persisted;
  }

  #pending(): readonly PendingTimer[] {
    if (this.#actor === undefined) return this.#before?.timers ?? [];
    return Object.values(scheduledOf(this.#actor)).map((scheduled) => {
      const { id, event } = scheduled;
      return { id, event, due: this.#due.get(scheduled) ?? 0 };
    });
  }

  #outputOf(emitted: unknown): SessionOutput {
    if (!isObject(emitted)) throw new FieldtapeError("SUBJECT_CRASHED", `${this.#name} emits what is no object`);
    const { type, bytes, link } = emitted;
    if (type === "send" && bytes instanceof Uint8Array) return { type, bytes };
    if (type === "ask" && (link === "open" || link === "close")) return { type, link };
    return { type: "say", value: emitted };
  }

  #cannotPause(): FieldtapeError {
    return new FieldtapeError("SUBJECT_CRASHED", `${this.#name} has child actors, which no snapshot can be made of`, {
      hint: "say { cold: true } to xstateSession: a seek then starts from the beginning",
    });
  }
}

function scheduledOf(actor: XstateActor): Readonly<Record<string, Scheduled>> {
  return actor.system.getSnapshot()._scheduledEvents;
}

function hasChildren(persisted: unknown): boolean {
  if (!isObject(persisted)) return false;
  const { children } = persisted;
  return typeof children === "object" && children !== null && Object.keys(children).length > 0;
}

function isObject(value: unknown): value is JsonObject & Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
