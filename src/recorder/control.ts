import type { Socket } from "node:net";
import { toHex } from "../bytes/hex.ts";
import { JsonLines } from "../link/json-lines.ts";
import { openUnixListener, type UnixListener } from "../link/unix-listener.ts";
import type { Clock } from "../time/clock.ts";
import { millis, plus } from "../time/nanos.ts";
import { type ControlMessage, parseCommand } from "./schema.ts";
import { RateMeter, type RecordingStatus } from "./status.ts";

/** What a recording lets others do from outside. */
export interface Controllable {
  status(): RecordingStatus;
  mark(label: string): void;
  rotate(): void;
  stop(): Promise<void>;
}

/** At most 20 snapshots a second. */
const TELL_EVERY = millis(50);
const CLIENTS_MAX = 8;
/** A client that does not read gets no new snapshots until it has read the old ones. */
const UNREAD_MAX = 256 * 1024;
const COMMAND_MAX = 64 * 1024;

/**
 * Lets other programs of the same user watch and steer a recording over a local socket (mode 0600), one JSON object a line, as
 * `schema.ts` has them. The recording never waits for a client: it may freeze or die.
 */
export class ControlServer {
  readonly #clock: Clock;
  readonly #clients = new Map<Socket, { tailSeen: number }>();
  readonly #meter = new RateMeter();
  readonly #stopping = new AbortController();
  #recording: Controllable | undefined;
  #telling: Promise<void> = Promise.resolve();
  #listener: UnixListener | undefined;

  private constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Clients may connect as soon as there is something to `show`. @throws FieldtapeError LINK_OPEN_FAILED */
  static async listen(path: string, clock: Clock): Promise<ControlServer> {
    const server = new ControlServer(clock);
    server.#listener = await openUnixListener(path, {
      connectionsMax: CLIENTS_MAX,
      accept: (socket) => server.#accept(socket),
    });
    return server;
  }

  show(recording: Controllable): void {
    this.#recording = recording;
    this.#telling = this.#keepTelling(recording);
  }

  /** Tells the last status and lets every client go. */
  async close(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort();
    await this.#telling;
    if (this.#recording !== undefined) this.#tell(this.#recording.status());
    await this.#listener?.close();
  }

  #accept(socket: Socket): void {
    const recording = this.#recording;
    if (recording === undefined) {
      socket.destroy();
      return;
    }
    this.#clients.set(socket, { tailSeen: 0 });
    socket.once("close", () => this.#clients.delete(socket));
    const lines = new JsonLines(COMMAND_MAX, (value) => obey(recording, socket, value));
    socket.on("data", (bytes) => lines.take(bytes));
    this.#tell(recording.status());
  }

  async #keepTelling(recording: Controllable): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#clock.sleepUntil(plus(this.#clock.now(), TELL_EVERY), signal).catch(() => {});
      if (!signal.aborted && this.#clients.size > 0) this.#tell(recording.status());
    }
  }

  #tell(status: RecordingStatus): void {
    const rates = this.#meter.next(status);
    for (const [socket, client] of this.#clients) {
      if (socket.writableLength > UNREAD_MAX) continue;
      const tail = status.tail
        .filter(({ number }) => number > client.tailSeen)
        .map((entry) => ({ ...entry, start: toHex(entry.start) }));
      client.tailSeen = status.tail.at(-1)?.number ?? client.tailSeen;
      send(socket, {
        type: "status",
        ...status,
        channels: [...status.channels],
        losses: [...status.losses],
        rates,
        tail,
      });
    }
  }
}

function obey(recording: Controllable, socket: Socket, value: unknown): void {
  const command = parseCommand(value);
  if (command === undefined) {
    send(socket, { type: "refused", reason: "this is no command: mark (with a label), rotate or stop" });
    return;
  }
  if (command.command === "mark") recording.mark(command.label);
  else if (command.command === "rotate") recording.rotate();
  else void recording.stop();
  send(socket, { type: "done", command: command.command, ...(command.id === undefined ? {} : { id: command.id }) });
}

function send(socket: Socket, message: ControlMessage): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}
