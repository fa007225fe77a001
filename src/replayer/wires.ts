import { FieldtapeError } from "../errors.ts";
import type { ChannelRecord } from "../tape/record.ts";
import { type Nanos, nanos, ZERO } from "../time/nanos.ts";
import type { FedRecord } from "./feed.ts";
import type { Wire, WireEvent, WirePort } from "./wire-port.ts";

interface OpenWire {
  readonly wire: Wire;
  /** Reads its events until they end. */
  readonly reading: Promise<void>;
}

/** The wires of a replay to live programs, one a channel, and what came in on them. */
export class Wires implements AsyncDisposable {
  readonly #port: WirePort;
  readonly #channels = new Map<number, ChannelRecord>();
  readonly #open = new Map<number, OpenWire>();
  #arrived: FedRecord[] = [];
  #lastAt: Nanos = ZERO;
  #wake: (() => void) | undefined;
  #failure: unknown;

  constructor(port: WirePort) {
    this.#port = port;
  }

  /** Whether this record needs a wire that is not open yet. */
  needsWire(record: FedRecord): boolean {
    const needs = record.type === "raw" || (record.type === "link" && record.event === "open");
    return needs && !this.#open.has(record.channel);
  }

  /** Opens the wire of a channel. @throws FieldtapeError LINK_OPEN_FAILED */
  async connect(channel: number, signal: AbortSignal): Promise<void> {
    const wire = await this.#port.open(this.#channels.get(channel) ?? undeclared(channel), signal);
    this.#open.set(channel, { wire, reading: this.#read(channel, wire) });
  }

  /** Does to the wire what the tape says: bytes are sent, a link that ends is closed. @throws FieldtapeError LINK_LOST */
  async play(record: FedRecord): Promise<void> {
    if (record.type === "channel") this.#channels.set(record.channel, record);
    else if (record.type === "raw") await this.#open.get(record.channel)?.wire.send(record.bytes);
    else if (record.type === "link" && record.event !== "open" && record.event !== "half-close")
      await this.#close(record.channel);
  }

  /** What came in since the last call, in order. @throws whatever a wire failed with */
  take(): readonly FedRecord[] {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
    const arrived = this.#arrived;
    this.#arrived = [];
    return arrived;
  }

  /** What a wire failed with has been told, or does not matter any more. */
  forgive(): void {
    this.#failure = undefined;
  }

  /** Calls back once, at once if something is there already, when something comes in; the answer forgets it. */
  onArrival(wake: () => void): () => void {
    this.#wake = wake;
    if (this.#arrived.length > 0 || this.#failure !== undefined) wake();
    return () => {
      this.#wake = undefined;
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const channel of this.#open.keys()) await this.#close(channel);
    await this.#port[Symbol.asyncDispose]();
  }

  async #close(channel: number): Promise<void> {
    const open = this.#open.get(channel);
    this.#open.delete(channel);
    await open?.wire[Symbol.asyncDispose]();
    await open?.reading;
  }

  async #read(channel: number, wire: Wire): Promise<void> {
    try {
      for await (const event of wire.events) this.#arrive(channel, event);
    } catch (thrown) {
      this.#failure ??= thrown;
      this.#wake?.();
    }
  }

  #arrive(channel: number, event: WireEvent): void {
    // What the program does to its link is news; what we do to it stands on the tape already.
    if (event.type === "link" && (event.change === "open" || !this.#open.has(channel))) return;
    // Tape time may have been set back while the replay waited; a tape's `at` never goes back.
    const at = nanos(Math.max(event.at, this.#lastAt));
    this.#lastAt = at;
    switch (event.type) {
      case "bytes":
        this.#arrived.push({ type: "raw", at, channel, dir: "tx", bytes: event.bytes });
        break;
      case "gap": {
        const bytes = event.bytes === undefined ? {} : { bytes: event.bytes };
        this.#arrived.push({ type: "gap", at, channel, dir: "tx", cause: event.cause, ...bytes });
        break;
      }
      case "link": {
        const reason = event.reason === undefined ? {} : { reason: event.reason };
        this.#arrived.push({ type: "link", at, channel, event: event.change, ...reason });
        break;
      }
    }
    this.#wake?.();
  }
}

function undeclared(channel: number): never {
  throw new FieldtapeError("TAPE_MALFORMED", `channel ${channel} is used before it is declared`);
}
