import { performance } from "node:perf_hooks";
import { onTestFinished } from "vitest";
import { openTape } from "../../src/tape/reader.ts";
import { device, dial } from "../link/loopback.ts";

const SIZE = 64;
const message = (number: number): Buffer => Buffer.from(`${number.toString().padStart(SIZE - 1, "0")}\n`);

/** A device that sends back what it hears. */
export async function echoDevice(): Promise<string> {
  const { server, address } = await device((socket) => {
    socket.on("error", () => {});
    socket.on("data", (bytes) => socket.write(bytes));
  });
  onTestFinished(() => {
    server.close();
  });
  return `127.0.0.1:${address.port}`;
}

/**
 * Numbered messages through a recording tap to an echo device and back: a message that came back has passed the recorder,
 * however slow the machine is at that moment.
 */
export class EchoLoad {
  /** When message `n` came back, in ms. */
  readonly echoedAt: number[] = [];
  /** The longest time, in ms, that the machine kept this process from its next turn: it kept the recorder waiting as well. */
  stalled = 0;
  sent = 0;
  readonly #sending: NodeJS.Timeout;
  readonly #client: Awaited<ReturnType<typeof dial>>;

  private constructor(client: Awaited<ReturnType<typeof dial>>) {
    this.#client = client;
    let received = 0;
    client.on("error", () => {});
    client.on("data", (bytes) => {
      received += bytes.length;
      while (this.echoedAt.length < Math.floor(received / SIZE)) this.echoedAt.push(performance.now());
    });
    let turn = performance.now();
    this.#sending = setInterval(() => {
      this.stalled = Math.max(this.stalled, performance.now() - turn);
      turn = performance.now();
      for (let i = 0; i < 10; i += 1) client.write(message(this.sent++));
    }, 1);
    onTestFinished(() => this.stop());
  }

  static async through(port: number): Promise<EchoLoad> {
    return new EchoLoad(await dial({ host: "127.0.0.1", port }));
  }

  /** How long before `killedAt` the first message came back that is not among the first `recorded`, in ms; 0: none is missing. */
  lostBefore(killedAt: number, recorded: number): number {
    const first = this.echoedAt[recorded];
    return first === undefined ? 0 : Math.max(0, killedAt - first);
  }

  stop(): void {
    clearInterval(this.#sending);
    this.#client.destroy();
  }

  /** Sends no more, and resolves when everything has come back. */
  async finish(): Promise<void> {
    clearInterval(this.#sending);
    while (this.echoedAt.length < this.sent) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Counts the messages on the tape; they must be exactly those that were sent, in order. */
export async function messagesOn(path: string): Promise<number> {
  await using tape = await openTape(path);
  const pieces: Uint8Array[] = [];
  for await (const { records } of tape.batches()) {
    for (const record of records) if (record.type === "raw" && record.dir === "tx") pieces.push(record.bytes);
  }
  if (tape.facts().damaged.length > 0) throw new Error(`damaged: ${JSON.stringify(tape.facts().damaged)}`);
  const bytes = Buffer.concat(pieces);
  const whole = Math.floor(bytes.length / SIZE);
  for (let number = 0; number < whole; number += 1) {
    const start = number * SIZE;
    if (!bytes.subarray(start, start + SIZE).equals(message(number))) throw new Error(`message ${number} is not there`);
  }
  return whole;
}
