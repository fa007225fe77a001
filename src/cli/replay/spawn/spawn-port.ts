import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { FieldtapeError } from "../../../errors.ts";
import type { TcpAddress } from "../../../link/address.ts";
import { openTcpLink } from "../../../link/stream-link.ts";
import { TCP_DEFAULTS } from "../../../link/tcp.ts";
import type { Wire, WirePort } from "../../../replayer/wire-port.ts";
import type { TapeReader } from "../../../tape/reader.ts";
import type { ChannelRecord } from "../../../tape/record.ts";
import type { Clock } from "../../../time/clock.ts";
import { millis, type Nanos, plus } from "../../../time/nanos.ts";
import type { SpawnTarget } from "../plan.ts";
import { listeningPort } from "../wire-ports.ts";
import { fakeTime } from "./fake-time.ts";
import { layPtyCable } from "./pty-cable.ts";
import { endWords, SpawnedProgram } from "./spawned-program.ts";

export interface SpawnPortOptions {
  readonly tape: TapeReader;
  /** Where on the tape the replay begins, and how fast it is. */
  readonly from: Nanos;
  readonly rate: number;
  /** Tape time: stamps what the program says. */
  readonly clock: Clock;
  /** The clock behind it. */
  readonly steady: Clock;
  readonly signal: AbortSignal;
  say(text: string): void;
}

/** A port behind which stands a program of ours. */
export interface SpawnPort extends WirePort {
  /** Aborted, with a FieldtapeError SUBJECT_CRASHED, when the program has failed by itself. */
  readonly died: AbortSignal;
}

/** Where a program is told to be, and how it is reached there. */
interface Meeting extends AsyncDisposable {
  readonly places: Readonly<Record<string, string>>;
  /** Resolves when the program is there. */
  open(channel: ChannelRecord, signal: AbortSignal): Promise<Wire>;
}

const HOST = "127.0.0.1";
const TRY_EVERY = millis(20);
/** What tells a broken wire from a dead program. */
const DEATH_TOLD = millis(500);

/**
 * Starts the program and answers with the port at which it is met. Disposing of it ends the program, with whatever it has started.
 *
 * @throws FieldtapeError LINK_OPEN_FAILED for what cannot be started, and for programs of the system that are missing
 */
export async function openSpawnPort(target: SpawnTarget, options: SpawnPortOptions): Promise<SpawnPort> {
  const fake = target.fakeTime ? fakeTime(options.tape, options.from, options.rate) : undefined;
  if (fake !== undefined) refuseMissingFaketime();
  const meeting = await meet(target, options);
  try {
    const { places } = meeting;
    const words = target.command.map((word) =>
      word.replace(/\{(host|port|pty)\}/g, (all, name) => places[name] ?? all),
    );
    const told = Object.entries(places).map(([name, place]) => [`FIELDTAPE_${name.toUpperCase()}`, place]);
    const program = await SpawnedProgram.start({
      command: words,
      ...(fake === undefined ? {} : { before: fake.before }),
      env: { ...Object.fromEntries(told), ...fake?.env },
      log: target.log,
      clock: options.steady,
    });
    return new ProgramPort(program, meeting, target, options);
  } catch (thrown) {
    await meeting[Symbol.asyncDispose]();
    throw thrown;
  }
}

class ProgramPort implements SpawnPort {
  readonly #program: SpawnedProgram;
  readonly #meeting: Meeting;
  readonly #target: SpawnTarget;
  readonly #options: SpawnPortOptions;

  constructor(program: SpawnedProgram, meeting: Meeting, target: SpawnTarget, options: SpawnPortOptions) {
    this.#program = program;
    this.#meeting = meeting;
    this.#target = target;
    this.#options = options;
  }

  get died(): AbortSignal {
    return this.#program.died;
  }

  async open(channel: ChannelRecord, signal: AbortSignal): Promise<Wire> {
    const { steady } = this.#options;
    const enough = new AbortController();
    const late = steady.sleepUntil(plus(steady.now(), this.#target.within), enough.signal).then(() => "late" as const);
    const opening = this.#meeting.open(channel, AbortSignal.any([signal, enough.signal]));
    const ended = this.#endedBeforeItWasReached(enough.signal);
    try {
      const first = await Promise.race([opening, late, ended]);
      if (first === "late") throw this.#unreached();
      return this.#watched(first);
    } finally {
      enough.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { asked } = this.#program;
    const before = this.#program.end;
    await this.#program[Symbol.asyncDispose]();
    await this.#meeting[Symbol.asyncDispose]();
    const how = before === undefined && !asked ? `was ended here (${endWords(this.#program.end)})` : endWords(before);
    this.#options.say(`the program ${this.#program.name} ${how}`);
  }

  async #endedBeforeItWasReached(signal: AbortSignal): Promise<never> {
    const { steady } = this.#options;
    while (this.#program.end === undefined) await steady.sleepUntil(plus(steady.now(), TRY_EVERY), signal);
    throw this.#program.crash();
  }

  #unreached(): FieldtapeError {
    const { name } = this.#program;
    const where = { server: "does not listen on the port", client: "has not connected", pty: "has not opened the pty" };
    const hint = `--spawn-within gives it longer; ${this.#program.lastWords()}`;
    return new FieldtapeError("SUBJECT_HUNG", `the program ${name} ${where[this.#target.as]} that it was given`, {
      hint,
    });
  }

  /** A wire that is broken because the program is dead says so. */
  #watched(wire: Wire): Wire {
    const program = this.#program;
    return {
      events: wire.events,
      async send(bytes) {
        if (program.end !== undefined) throw program.crash();
        try {
          await wire.send(bytes);
        } catch (thrown) {
          if (await program.endedWithin(DEATH_TOLD)) throw program.crash();
          throw thrown;
        }
      },
      [Symbol.asyncDispose]: () => wire[Symbol.asyncDispose](),
    };
  }
}

function meet(target: SpawnTarget, options: SpawnPortOptions): Promise<Meeting> {
  switch (target.as) {
    case "server":
      return atItsPort(options);
    case "client":
      return atOurPort(options);
    case "pty":
      return onPty(options);
  }
}

/** It listens where we say; we call until it answers. */
async function atItsPort({ clock, steady }: SpawnPortOptions): Promise<Meeting> {
  const to = { host: HOST, port: await freePort() };
  return {
    places: placesOf(to),
    async open(_, signal) {
      for (;;) {
        try {
          return await openTcpLink(to, TCP_DEFAULTS, clock, signal);
        } catch {
          signal.throwIfAborted();
          await steady.sleepUntil(plus(steady.now(), TRY_EVERY), signal);
        }
      }
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

async function atOurPort({ clock }: SpawnPortOptions): Promise<Meeting> {
  const port = await listeningPort({ host: HOST, port: 0 }, clock, () => {});
  return {
    places: placesOf(port.address),
    open: (channel, signal) => port.open(channel, signal),
    [Symbol.asyncDispose]: () => port[Symbol.asyncDispose](),
  };
}

async function onPty({ clock, steady, signal }: SpawnPortOptions): Promise<Meeting> {
  const cable = await layPtyCable(steady, signal);
  let taken: number | undefined;
  return {
    places: { pty: cable.far },
    async open({ channel }) {
      if (taken !== undefined) {
        const why =
          taken === channel ? "is opened once only" : `has room for one channel, not for ${taken} and ${channel}`;
        throw new FieldtapeError("USAGE", `a pty ${why}`, {
          hint: "choose a part of the tape with --channel, --until",
        });
      }
      taken = channel;
      await cable.plugged;
      return cable.link(clock);
    },
    [Symbol.asyncDispose]: () => cable[Symbol.asyncDispose](),
  };
}

const placesOf = ({ host, port }: TcpAddress) => ({ host, port: String(port) });

/** One that nobody uses now: the program takes it a moment later. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, "listening");
  const address = server.address();
  const closed = once(server, "close");
  server.close();
  await closed;
  if (address === null || typeof address === "string") throw new FieldtapeError("LINK_OPEN_FAILED", "no port is free");
  return address.port;
}

function refuseMissingFaketime(): void {
  const { error } = spawnSync("faketime", ["--version"], { stdio: "ignore" });
  if (error === undefined) return;
  throw new FieldtapeError("LINK_OPEN_FAILED", "--faketime needs the program faketime, which cannot be started", {
    cause: error,
    hint: "install it (apt install faketime)",
  });
}
