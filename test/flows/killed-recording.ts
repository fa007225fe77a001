import { performance } from "node:perf_hooks";
import { openTape } from "../../src/tape/reader.ts";
import { device, dial } from "../link/loopback.ts";
import { startFieldtape } from "./command-line.ts";

/** What a recorder left that was killed in the middle of its work. */
export interface Killed {
  /** Messages that had gone through the tap and back to their sender when it was killed. */
  readonly echoed: number;
  /** Whole messages on the tape; they are the first ones sent, without a hole. */
  readonly recorded: number;
  /** How long before the kill the first message came back that is not on the tape, in ms; 0: none is missing. */
  readonly lost: number;
  /** The longest time, in ms, that the machine kept this process from its next turn: it kept the recorder waiting as well. */
  readonly stalled: number;
}

const SIZE = 64;
const message = (number: number): Buffer => Buffer.from(`${number.toString().padStart(SIZE - 1, "0")}\n`);

/**
 * Kills a recording tap (SIGKILL) after `delay` ms of load. Its traffic is an echo: a message that came back has passed
 * the recorder, however slow the machine is at that moment.
 */
export async function killedRecording(tape: string, delay: number): Promise<Killed> {
  const echo = await device((socket) => socket.on("data", (bytes) => socket.write(bytes)));
  const to = `127.0.0.1:${echo.address.port}`;
  const recorder = startFieldtape(["record", "tcp", "--listen", "127.0.0.1:0", "--to", to, "-o", tape, "--no-config"]);
  const [, port] = /tap 127\.0\.0\.1:(\d+)/.exec(await recorder.stderrMatches(/only you can read it/))!;
  const client = await dial({ host: "127.0.0.1", port: Number(port) });
  client.on("error", () => {});
  const echoedAt: number[] = [];
  let received = 0;
  client.on("data", (bytes) => {
    received += bytes.length;
    while (echoedAt.length < Math.floor(received / SIZE)) echoedAt.push(performance.now());
  });
  let sent = 0;
  let turn = performance.now();
  let stalled = 0;
  const sending = setInterval(() => {
    stalled = Math.max(stalled, performance.now() - turn);
    turn = performance.now();
    for (let i = 0; i < 10; i += 1) client.write(message(sent++));
  }, 1);
  await new Promise((resolve) => setTimeout(resolve, delay));
  const killedAt = performance.now();
  recorder.child.kill("SIGKILL");
  clearInterval(sending);
  await recorder.finished;
  client.destroy();
  echo.server.close();
  const recorded = await messagesOn(tape);
  const first = echoedAt[recorded];
  return { echoed: echoedAt.length, recorded, lost: first === undefined ? 0 : Math.max(0, killedAt - first), stalled };
}

/** Counts the messages on the tape; they must be exactly those that were sent, in order. */
async function messagesOn(path: string): Promise<number> {
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
