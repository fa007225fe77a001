import type { Duplex } from "node:stream";
import { FieldtapeError, systemCode } from "../errors.ts";
import type { Clock } from "../time/clock.ts";
import { formatTcpAddress, type TcpAddress } from "./address.ts";
import type { Link, LinkEvent } from "./link.ts";
import { openSerialPort } from "./serial.ts";
import type { SerialSettings } from "./serial-settings.ts";
import { changeOf, connectTcp, finish, type TcpOptions } from "./tcp.ts";

/** Read ahead of the reader of `events`, at most: beyond it the other end has to wait. */
const AHEAD_MAX = 1024 * 1024;

/** @throws FieldtapeError LINK_OPEN_FAILED */
export async function openTcpLink(
  address: TcpAddress,
  options: TcpOptions,
  clock: Clock,
  signal: AbortSignal,
): Promise<StreamLink> {
  const socket = await connectTcp(address, options, signal);
  return new StreamLink(socket, `tcp:${formatTcpAddress(address)}`, clock, () => finish(socket));
}

/** @throws FieldtapeError LINK_OPEN_FAILED */
export async function openSerialLink(path: string, settings: SerialSettings, clock: Clock): Promise<StreamLink> {
  const port = await openSerialPort(path, settings);
  return new StreamLink(port.stream, `serial:${path}`, clock, () => port.close());
}

/** A byte stream of the system as a link: stamped when read, read no faster than its events are taken. */
export class StreamLink implements Link {
  /** `tcp:127.0.0.1:502`, `serial:/dev/ttyUSB0` */
  readonly name: string;
  readonly #stream: Duplex;
  readonly #clock: Clock;
  readonly #close: () => Promise<void>;
  readonly #queue: LinkEvent[] = [];
  #ahead = 0;
  #over = false;
  #wake: (() => void) | undefined;

  /** `stream` is open, and was not read yet. */
  constructor(stream: Duplex, name: string, clock: Clock, close: () => Promise<void>) {
    this.name = name;
    this.#stream = stream;
    this.#clock = clock;
    this.#close = close;
    this.#tell({ type: "link", at: clock.now(), change: "open" });
    stream.on("data", (bytes: Uint8Array) => this.#read(bytes));
    stream.once("end", () => this.#tell({ type: "link", at: clock.now(), change: "half-close" }));
    stream.once("error", (error) => this.#end(changeOf(error), systemCode(error) ?? error.message));
    stream.once("close", () => this.#end("close"));
  }

  get events(): AsyncIterable<LinkEvent> {
    return { [Symbol.asyncIterator]: () => ({ next: () => this.#next() }) };
  }

  send(data: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.write(data, (cause) => {
        if (!cause) resolve();
        else reject(new FieldtapeError("LINK_LOST", `cannot send to ${this.name}`, { cause }));
      });
    });
  }

  /** Says all that was said; the other end may go on. */
  sendEnd(): void {
    this.#stream.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    this.#end("close");
  }

  async #next(): Promise<IteratorResult<LinkEvent>> {
    for (;;) {
      const event = this.#queue.shift();
      if (event !== undefined) {
        if (event.type === "bytes") this.#taken(event.bytes.length);
        return { done: false, value: event };
      }
      if (this.#over) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #read(bytes: Uint8Array): void {
    this.#ahead += bytes.length;
    if (this.#ahead > AHEAD_MAX) this.#stream.pause();
    this.#tell({ type: "bytes", at: this.#clock.now(), bytes });
  }

  #taken(bytes: number): void {
    this.#ahead -= bytes;
    if (this.#ahead <= AHEAD_MAX / 2 && this.#stream.isPaused()) this.#stream.resume();
  }

  #tell(event: LinkEvent): void {
    this.#queue.push(event);
    this.#wake?.();
  }

  #end(change: "close" | "reset" | "lost", reason?: string): void {
    if (this.#over) return;
    this.#tell({ type: "link", at: this.#clock.now(), change, ...(reason === undefined ? {} : { reason }) });
    this.#over = true;
    this.#wake?.();
  }
}
