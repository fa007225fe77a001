import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { openTcpLink } from "../../src/link/stream-link.ts";
import { TCP_DEFAULTS } from "../../src/link/tcp.ts";
import { feed } from "../../src/replayer/feed.ts";
import { Lateness } from "../../src/replayer/lateness.ts";
import type { CheckedStep } from "../../src/replayer/replay-tape.ts";
import { SentBytes } from "../../src/replayer/sent-bytes.ts";
import { replayToWire } from "../../src/replayer/wire-replay.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { millis, type Nanos, nanos, seconds } from "../../src/time/nanos.ts";
import { PlaybackClock } from "../../src/time/playback-clock.ts";
import { SystemClock } from "../../src/time/system-clock.ts";
import { never } from "./replaying.ts";
import { batchesOf, channel, end, raw } from "./toy-tape.ts";

/** A live program: gets each line that it is sent, with what to answer on. */
async function program(onLine: (line: string, socket: Socket) => void): Promise<{ port: number; heard: string[] }> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let text = "";
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      const lines = (text + bytes.toString()).split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) {
        heard.push(line);
        onLine(line, socket);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: (server.address() as AddressInfo).port, heard };
}

interface Played {
  readonly steps: readonly CheckedStep[];
  readonly sent: SentBytes;
  readonly lateness: Lateness;
}

async function play(
  records: readonly TapeRecord[],
  port: number,
  {
    rate = 50,
    waitMost,
    maxGap,
    tolerance,
  }: { rate?: number; waitMost?: Nanos; maxGap?: Nanos; tolerance?: Nanos } = {},
): Promise<Played> {
  const steady = new SystemClock({ sleep: "precise" });
  const clock = new PlaybackClock(steady, { at: nanos(0), rate, running: true });
  const lateness = new Lateness();
  const sent = new SentBytes(tolerance === undefined ? {} : { tolerance });
  const pace = { clock, lateness, ...(maxGap === undefined ? {} : { maxGap }) };
  const options = { pace, steady, sent, file: "a.tape.jsonl", ...(waitMost === undefined ? {} : { waitMost }) };
  const fed = feed(batchesOf(records), {
    role: "participant",
    play: "rx",
    time: "recorded",
    drain: seconds(1),
    file: "a",
  });
  const wires = {
    open: (_: unknown, signal: AbortSignal) => openTcpLink({ host: "127.0.0.1", port }, TCP_DEFAULTS, clock, signal),
    [Symbol.asyncDispose]: async () => {},
  };
  const steps: CheckedStep[] = [];
  for await (const step of replayToWire(fed, wires, options, never)) steps.push(step);
  return { steps, sent, lateness };
}

const talk: TapeRecord[] = [
  channel(0),
  { type: "link", at: nanos(0), channel: 0, event: "open" },
  raw(1e8, 0, "rx", "one\n"),
  raw(1.1e8, 0, "tx", "ack one\n"),
  raw(5e8, 0, "rx", "two\n"),
  raw(5.1e8, 0, "tx", "ack two\n"),
  { type: "link", at: nanos(2e9), channel: 0, event: "close" },
  end(2e9),
];

const outputs = (steps: readonly CheckedStep[]): TapeRecord[] => steps.flatMap((step) => step.outputs);

describe("a live program", () => {
  test("hears the tape's bytes, and its answers come out in tape time and are held against the tape", async () => {
    const { port, heard } = await program((line, socket) => void socket.write(`ack ${line}\n`));
    const { steps, sent, lateness } = await play(talk, port);
    expect(heard).toEqual(["one", "two"]);
    expect(await sent.finish()).toBeUndefined();
    const said = outputs(steps).map((record) => (record.type === "raw" ? record : undefined));
    expect(said.map((answer) => Buffer.from(answer!.bytes).toString()).join("")).toBe("ack one\nack two\n");
    expect(said[0]!.at).toBeGreaterThanOrEqual(1e8);
    expect(said.at(-1)!.at).toBeGreaterThanOrEqual(5e8);
    expect(lateness.figures().count).toBe(2);
  });

  test("that answers otherwise is caught", async () => {
    const { port } = await program((line, socket) => void socket.write(line === "two" ? "nak two\n" : `ack ${line}\n`));
    const { steps } = await play(talk, port);
    expect(steps.at(-1)?.divergence).toMatchObject({ type: "sent", channel: 0, offset: 8, line: 6 });
  });

  test("that is slow is waited for, while tape time stands still", async () => {
    const hasty = [
      channel(0),
      ...Array.from({ length: 20 }, (_, n) => [
        raw(n * 1000, 0, "rx", `${n}\n`),
        raw(n * 1000 + 1, 0, "tx", `ack ${n}\n`),
      ]).flat(),
    ];
    const order: string[] = [];
    const { port } = await program((line, socket) => {
      order.push(`got ${line}`);
      setImmediate(() => {
        order.push(`ack ${line}`);
        socket.write(`ack ${line}\n`);
      });
    });
    const { sent, steps } = await play(hasty, port, { waitMost: seconds(30), rate: 1 });
    expect(await sent.finish()).toBeUndefined();
    expect(order).toEqual(Array.from({ length: 20 }, (_, n) => [`got ${n}`, `ack ${n}`]).flat());
    const ats = steps.flatMap(({ fed }) => fed.filter(({ type }) => type === "raw")).map(({ at }) => at);
    expect(ats).toEqual(Array.from({ length: 20 }, (_, n) => n * 1000));
  });

  test("that never answers is given up when patience is over", async () => {
    const { port, heard } = await program(() => {});
    const { steps } = await play(talk, port, { waitMost: millis(20) });
    expect(steps.at(-1)?.divergence).toMatchObject({ type: "sent", offset: 0, line: 4 });
    expect(heard).toEqual(["one"]);
  });

  test("that hangs up is a lost link, with the line that it did not hear", async () => {
    const { port } = await program((_, socket) => void socket.resetAndDestroy());
    const long = [...talk.slice(0, 6), raw(6e9, 0, "rx", "three\n"), raw(9e9, 0, "rx", "four\n")];
    const lost = await play(long, port).catch((thrown: unknown) => thrown);
    expect(lost).toMatchObject({ code: "LINK_LOST", file: "a.tape.jsonl" });
    expect([5, 7, 8]).toContain((lost as { line: number }).line);
  });

  test("hears nothing of a silence that is longer than anyone waits for", async () => {
    const hour = 3_600_000_000_000;
    const { port, heard } = await program((line, socket) => void socket.write(`ack ${line}\n`));
    const tape = [
      channel(0),
      raw(1000, 0, "rx", "one\n"),
      raw(1500, 0, "tx", "ack one\n"),
      raw(hour, 0, "rx", "two\n"),
    ];
    const { steps } = await play(tape, port, { rate: 1, maxGap: millis(30) });
    expect(heard).toEqual(["one", "two"]);
    expect(steps.at(-1)?.at).toBeGreaterThanOrEqual(hour);
  });

  test("has its time for the last answer, also where silences are shortened", async () => {
    const { port } = await program((line, socket) => setTimeout(() => socket.write(`ack ${line}\n`), 60));
    const tape = [channel(0), raw(1000, 0, "rx", "one\n"), raw(1500, 0, "tx", "ack one\n")];
    const { steps, sent } = await play(tape, port, { rate: 1, maxGap: millis(5) });
    expect(steps.flatMap(({ outputs }) => outputs)).toMatchObject([{ type: "raw", dir: "tx" }]);
    expect(await sent.finish()).toBeUndefined();
  });

  test("that is not there cannot be played to", async () => {
    await expect(play(talk, 1)).rejects.toMatchObject({ code: "LINK_OPEN_FAILED", line: 2 });
  });
});
