import { once } from "node:events";
import type { Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { parseTcpAddress, type TcpAddress } from "../../src/link/address.ts";
import type { Source } from "../../src/link/source.ts";
import { TCP_DEFAULTS } from "../../src/link/tcp.ts";
import { openTcpTap, type TcpTapOptions } from "../../src/link/tcp-tap.ts";
import { turn } from "../../src/time/system-clock.ts";
import { bytesOf, changesOf, deadAddress, device, dial, everything, readAll, recording } from "./loopback.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A tap in front of a device, and how to reach the device through it. */
async function tapped(serve: (socket: Socket) => void, options: Partial<TcpTapOptions> & { bytesMax?: number } = {}) {
  const { server, address } = await device(serve);
  closing.push(() => server.close());
  return { ...(await tapTo(address, options)), device: address };
}

async function tapTo(to: TcpAddress, options: Partial<TcpTapOptions> & { bytesMax?: number } = {}) {
  const { arrivals } = recording(options.bytesMax);
  const listen = parseTcpAddress("127.0.0.1:0");
  const source = await openTcpTap(arrivals, {
    ...TCP_DEFAULTS,
    listen,
    to,
    name: "plc",
    whenCrowded: "gap",
    ...options,
  });
  closing.push(() => source.close());
  return { arrivals, source, address: listening(source) };
}

/** The address in `tap 127.0.0.1:40001 -> …`. */
const listening = (source: Source): TcpAddress => parseTcpAddress(source.description.split(" ")[1]!);

const echo = (socket: Socket): void => {
  socket.on("data", (bytes) => socket.write(bytes));
  socket.on("end", () => socket.end());
};

function promised<Value>() {
  let resolve: (value: Value | Promise<Value>) => void = () => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Bytes that repeat with no short period, so that a lost, doubled or swapped piece shows. */
const pattern = (length: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => (i * i + (i >> 8)) & 0xff));

describe("a TCP tap", () => {
  test("passes both ways on unchanged, and the tape holds the same bytes", async () => {
    const tap = await tapped(echo);
    const client = await dial(tap.address);
    const sent = pattern(3_000_000);
    client.end(sent);
    const answer = await readAll(client);
    await tap.source.close();
    const heard = everything(tap.arrivals);
    expect(answer.equals(sent)).toBe(true);
    expect(bytesOf(heard, "tx").equals(sent)).toBe(true);
    expect(bytesOf(heard, "rx").equals(sent)).toBe(true);
    expect(changesOf(heard)).toEqual(["open", "half-close tx", "half-close rx", "close"]);
  });

  test("declares each connection as a channel of its own, with the addresses of both ends", async () => {
    const tap = await tapped(echo);
    const clients = await Promise.all([dial(tap.address), dial(tap.address), dial(tap.address)]);
    const ports = clients.map((client) => `127.0.0.1:${client.localPort}`);
    for (const [index, client] of clients.entries()) {
      client.end(`client ${index}`);
      expect((await readAll(client)).toString()).toBe(`client ${index}`);
    }
    await tap.source.close();
    const heard = everything(tap.arrivals);
    const channels = heard.filter((arrival) => arrival.type === "channel");
    expect(channels.map((channel) => channel.name)).toEqual(["plc#1", "plc#2", "plc#3"]);
    for (const channel of channels) {
      expect(channel.source).toBe(`tcp:127.0.0.1:${tap.device.port}`);
      expect(channel.settings).toMatchObject({ role: "tap", device: `127.0.0.1:${tap.device.port}` });
      expect(bytesOf(heard, "rx", channel.channel).toString()).toBe(
        `client ${ports.indexOf(`${channel.settings["client"]}`)}`,
      );
    }
  });

  test("serves a hundred connections at a time without mixing their bytes", async () => {
    const tap = await tapped(echo);
    const texts = Array.from({ length: 100 }, (_, index) => `${index} `.repeat(1_000));
    const answers = await Promise.all(
      texts.map(async (text) => {
        const client = await dial(tap.address);
        for (let at = 0; at < text.length; at += 777) client.write(text.slice(at, at + 777));
        client.end();
        return (await readAll(client)).toString();
      }),
    );
    await tap.source.close();
    const heard = everything(tap.arrivals);
    const recorded = answers.map((_, channel) => bytesOf(heard, "rx", channel).toString());
    expect(answers).toEqual(texts);
    expect(recorded.toSorted()).toEqual(texts.toSorted());
    const ats = heard.map(({ at }) => at);
    expect(ats).toEqual(ats.toSorted((a, b) => a - b));
  });

  test("a client that is gone before the device has answered leaves nothing open", async () => {
    const closed = promised<void>();
    const tap = await tapped((socket) =>
      socket
        .once("close", () => closed.resolve())
        .resume()
        .end(),
    );
    const client = await dial(tap.address);
    client.resetAndDestroy();
    await closed.promise;
    await tap.source.close();
    const changes = changesOf(everything(tap.arrivals));
    expect(changes[0]).toBe("open");
    expect(changes.at(-1)).toMatch(/^(reset|close)/);
  });

  test("a device may go on talking after the client has said all", async () => {
    const tap = await tapped((socket) => {
      socket.on("end", () => {
        socket.write("late ");
        setTimeout(() => socket.end("answer"), 20);
      });
      socket.resume();
    });
    const client = await dial(tap.address);
    client.end("question");
    expect((await readAll(client)).toString()).toBe("late answer");
    await tap.source.close();
    const heard = everything(tap.arrivals);
    expect(bytesOf(heard, "rx").toString()).toBe("late answer");
    expect(changesOf(heard)).toEqual(["open", "half-close tx", "half-close rx", "close"]);
  });

  test("a client may go on talking after the device has said all", async () => {
    const received = promised<Buffer>();
    const tap = await tapped((socket) => {
      socket.end("bye");
      received.resolve(readAll(socket));
    });
    const client = await dial(tap.address);
    expect((await readAll(client)).toString()).toBe("bye");
    client.end("one more thing");
    expect((await received.promise).toString()).toBe("one more thing");
    await tap.source.close();
    expect(changesOf(everything(tap.arrivals))).toEqual(["open", "half-close rx", "half-close tx", "close"]);
  });

  test("a device's reset reaches the client as a reset, after what the device had sent", async () => {
    const tap = await tapped((socket) => {
      socket.write("last words", () => setTimeout(() => socket.resetAndDestroy(), 20));
    });
    const client = await dial(tap.address);
    const chunks: Buffer[] = [];
    client.on("data", (bytes) => chunks.push(bytes));
    const [error] = await once(client, "error");
    await tap.source.close();
    expect(error).toMatchObject({ code: "ECONNRESET" });
    expect(Buffer.concat(chunks).toString()).toBe("last words");
    expect(changesOf(everything(tap.arrivals))).toEqual(["open", "reset rx ECONNRESET"]);
  });

  test("a client's reset reaches the device as a reset", async () => {
    const failure = promised<Error>();
    const tap = await tapped((socket) => {
      socket.on("error", failure.resolve);
      socket.resume();
    });
    const client = await dial(tap.address);
    client.write("going", () => setTimeout(() => client.resetAndDestroy(), 20));
    expect(await failure.promise).toMatchObject({ code: "ECONNRESET" });
    await tap.source.close();
    const heard = everything(tap.arrivals);
    expect(bytesOf(heard, "tx").toString()).toBe("going");
    expect(changesOf(heard)).toEqual(["open", "reset tx ECONNRESET"]);
  });

  test("a device that refuses is on the tape, and the client learns of it", async () => {
    const tap = await tapTo(await deadAddress());
    const client = await dial(tap.address);
    await once(client, "error");
    await tap.source.close();
    const heard = everything(tap.arrivals);
    expect(heard.filter((arrival) => arrival.type === "channel")).toHaveLength(1);
    expect(changesOf(heard)).toEqual(["reset rx ECONNREFUSED"]);
  });

  test("a device that reads slowly holds its client back, and the tap gathers nothing between them", async () => {
    let slow: Socket | undefined;
    const tap = await tapped((socket) => {
      slow = socket.pause();
    });
    const client = await dial(tap.address);
    const megabyte = Buffer.alloc(1024 * 1024, 7);
    // Fills all buffers of the system on the way; then the tap must stop reading, although nobody writes the tape.
    for (let idle = 0, seen = 0; idle < 50; idle += 1) {
      client.write(megabyte);
      await turn();
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (tap.arrivals.waiting > seen) {
        idle = 0;
        seen = tap.arrivals.waiting;
      }
    }
    const taken = bytesOf(everything(tap.arrivals), "tx").length;
    expect(client.writableLength).toBeGreaterThan(10 * megabyte.length);
    expect(taken).toBeLessThan(30 * megabyte.length);
    slow?.resume();
    client.end();
    const total = client.bytesWritten + 0;
    await once(client, "finish");
    await once(slow!, "end");
    expect(slow!.bytesRead).toBe(total);
  });

  test("a tape that falls behind costs a gap and no byte of the traffic", async () => {
    const tap = await tapped(echo, { bytesMax: 100_000 });
    const client = await dial(tap.address);
    const sent = pattern(1_000_000);
    client.end(sent);
    expect((await readAll(client)).equals(sent)).toBe(true);
    await tap.source.close();
    const heard = everything(tap.arrivals);
    const lost = heard.flatMap((one) => (one.type === "gap" && one.dir === "tx" ? [one.bytes ?? 0] : []));
    expect(lost.length).toBeGreaterThan(0);
    expect(bytesOf(heard, "tx").length + lost.reduce((sum, bytes) => sum + bytes, 0)).toBe(sent.length);
  });

  test("a tap that is told to wait loses nothing and holds the traffic up until there is room", async () => {
    const tap = await tapped(echo, { bytesMax: 400_000, whenCrowded: "wait" });
    const client = await dial(tap.address);
    const sent = pattern(2_000_000);
    client.end(sent);
    let done = false;
    const answer = readAll(client).then((bytes) => {
      done = true;
      return bytes;
    });
    const heard = [...tap.arrivals.take(1)];
    while (!done) {
      await turn();
      heard.push(...tap.arrivals.take(10_000));
      expect(tap.arrivals.waiting).toBeLessThan(400_000);
    }
    expect((await answer).equals(sent)).toBe(true);
    await tap.source.close();
    heard.push(...everything(tap.arrivals));
    expect(bytesOf(heard, "rx").equals(sent)).toBe(true);
    expect(heard.some((one) => one.type === "gap")).toBe(false);
  });

  test("connections beyond the limit are refused and marked on the tape", async () => {
    const tap = await tapped(echo, { connectionsMax: 1 });
    const first = await dial(tap.address);
    const second = await dial(tap.address);
    second.on("error", () => {});
    await readAll(second).catch(() => {});
    first.end("still here");
    expect((await readAll(first)).toString()).toBe("still here");
    await tap.source.close();
    const marks = everything(tap.arrivals).filter((arrival) => arrival.type === "mark");
    expect(marks).toMatchObject([{ label: "1 connections refused: 1 are open" }]);
  });

  test("a stop lets what was read go out and closes both ends in order", async () => {
    const received: Buffer[] = [];
    const tap = await tapped((socket) => {
      socket.on("data", (bytes) => received.push(bytes));
      socket.on("end", () => socket.end());
    });
    const client = await dial(tap.address);
    client.write("before the stop");
    while (tap.arrivals.waiting < 350) await new Promise((resolve) => setTimeout(resolve, 1));
    const over = readAll(client);
    await tap.source.close();
    expect((await over).length).toBe(0);
    expect(await tap.source.ended).toEqual({ reason: "stop" });
    expect(Buffer.concat(received).toString()).toBe("before the stop");
    expect(changesOf(everything(tap.arrivals))).toEqual(["open", "close stop"]);
  });

  test("a port in use is refused with what to do", async () => {
    const { address } = await tapped(echo);
    await expect(tapTo(address, { listen: address })).rejects.toMatchObject({
      code: "LINK_OPEN_FAILED",
      hint: expect.stringContaining("another program"),
    });
  });
});
