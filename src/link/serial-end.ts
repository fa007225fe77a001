import type { Duplex } from "node:stream";
import { FieldtapeError, systemCode } from "../errors.ts";
import type { Clock } from "../time/clock.ts";
import { millis, plus } from "../time/nanos.ts";
import { backoff } from "./backoff.ts";
import { Holding } from "./holding.ts";
import { openSerialPort, type SerialPort } from "./serial.ts";
import type { SerialSettings } from "./serial-settings.ts";
import type { SourceEnd } from "./source.ts";

export interface SerialEndOptions {
  readonly path: string;
  readonly settings: SerialSettings;
  /** Whether to open the port again after it was unplugged. */
  readonly reconnect: boolean;
  readonly clock: Clock;
}

/** Hears what happens on a port. */
export interface SerialHandler {
  /** It is back after it was lost. */
  openedAgain(): void;
  /** `reading` holds the port back until there is room for more. */
  bytes(bytes: Uint8Array, reading: Holding): void;
  lost(reason: string): void;
  /** It takes bytes again, after `write` said that it was full; or it is gone, and nothing needs to wait for it. */
  drained(): void;
}

/** What a port that is being closed may still take to send what was written. */
const FINISH_MAX = millis(500);

/** One serial port, kept open: unplugged, it is opened again as soon as it is back. */
export class SerialEnd {
  readonly #options: SerialEndOptions;
  readonly #stopping = new AbortController();
  #port: SerialPort;
  #holding: Holding | undefined;
  #open = false;
  #ended: Promise<SourceEnd> | undefined;

  private constructor(options: SerialEndOptions, port: SerialPort) {
    this.#options = options;
    this.#port = port;
  }

  /** @throws FieldtapeError LINK_OPEN_FAILED: the first opening must succeed. */
  static async open(options: SerialEndOptions): Promise<SerialEnd> {
    return new SerialEnd(options, await openSerialPort(options.path, options.settings));
  }

  get path(): string {
    return this.#options.path;
  }

  get note(): string | undefined {
    return this.#port.note;
  }

  /** Reads until it is closed, or until the port is gone and is not waited for. Called once. */
  run(handler: SerialHandler): Promise<SourceEnd> {
    this.#ended = this.#keepOpen(handler);
    return this.#ended;
  }

  /** What this port's bytes go to takes them again. */
  release(): void {
    this.#holding?.release("blocked");
  }

  /** Sends; false: wait for `drained` before more is sent. Bytes for a port that is gone are gone as well. */
  write(bytes: Uint8Array): boolean {
    return !this.#open || this.#port.stream.write(bytes);
  }

  /** Reads no more, sends what was written, and closes. */
  async close(): Promise<void> {
    this.#stopping.abort();
    this.#holding?.stop();
    if (this.#open) await this.#sendRest();
    this.#port.stream.destroy();
    await this.#ended;
    await this.#port.close();
  }

  async #keepOpen(handler: SerialHandler): Promise<SourceEnd> {
    for (;;) {
      const reason = await this.#read(this.#port.stream, handler);
      const stopped = this.#stopping.signal.aborted;
      if (!stopped) handler.lost(reason);
      handler.drained();
      await this.#port.close();
      if (stopped) return { reason: "stop" };
      if (!this.#options.reconnect) return { reason: "link-lost", error: this.#gone(reason) };
      const port = await this.#openAgain();
      if (port === undefined) return { reason: "stop" };
      this.#port = port;
      handler.openedAgain();
    }
  }

  /** Resolves with why nothing more comes. The reader stands before anything else can happen to the port. */
  #read(stream: Duplex, handler: SerialHandler): Promise<string> {
    const holding = new Holding(stream);
    this.#holding = holding;
    this.#open = true;
    return new Promise<string>((resolve) => {
      stream.on("data", (bytes: Uint8Array) => handler.bytes(bytes, holding));
      stream.on("drain", () => handler.drained());
      stream.once("end", () => resolve("hung up"));
      stream.on("error", (error) => resolve(systemCode(error) ?? error.message));
      stream.once("close", () => resolve("closed"));
    }).finally(() => {
      this.#open = false;
      holding.stop();
    });
  }

  async #openAgain(): Promise<SerialPort | undefined> {
    const { clock, path, settings } = this.#options;
    const { signal } = this.#stopping;
    for (let attempt = 0; ; attempt += 1) {
      try {
        await clock.sleepUntil(plus(clock.now(), backoff(attempt)), signal);
        const port = await openSerialPort(path, settings);
        if (!signal.aborted) return port;
        await port.close();
      } catch {
        // Not there yet is no news; only a stop ends the waiting.
      }
      if (signal.aborted) return undefined;
    }
  }

  async #sendRest(): Promise<void> {
    const { clock } = this.#options;
    const { stream } = this.#port;
    const enough = new AbortController();
    const sent = new Promise<void>((resolve) => stream.end(() => resolve()));
    const tooLong = clock.sleepUntil(plus(clock.now(), FINISH_MAX), enough.signal);
    await Promise.race([sent, tooLong]);
    enough.abort();
  }

  #gone(reason: string): FieldtapeError {
    return new FieldtapeError("LINK_LOST", `the serial port ${this.#options.path} is gone (${reason})`, {
      hint: "without --no-reconnect the recording waits for it to come back",
    });
  }
}
