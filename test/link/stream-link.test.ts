import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import type { LinkEvent } from "../../src/link/link.ts";
import { SERIAL_DEFAULTS } from "../../src/link/serial-settings.ts";
import { openSerialLink, openTcpLink } from "../../src/link/stream-link.ts";
import { TCP_DEFAULTS } from "../../src/link/tcp.ts";
import { SystemClock } from "../../src/time/system-clock.ts";
import { needs } from "../needs.ts";
import { device } from "./loopback.ts";
import { ptyPair } from "./pty-pair.ts";

const clock = new SystemClock({ sleep: "coarse" });
const never = new AbortController().signal;

async function linkTo(serve: (socket: Socket) => void) {
  const { server, address } = await device(serve);
  const link = await openTcpLink(address, TCP_DEFAULTS, clock, never);
  server.close();
  return link;
}

const said = (event: LinkEvent): string =>
  event.type === "bytes" ? Buffer.from(event.bytes).toString() : event.type === "link" ? event.change : "gap";

describe("a link to one device", () => {
  test("tells what it hears in order, with stamps that never go back, and ends when the device has closed", async () => {
    const link = await linkTo((socket) => socket.on("data", (bytes) => socket.end(`heard ${bytes}`)));
    await link.send(Buffer.from("hello"));
    const events: LinkEvent[] = [];
    for await (const event of link.events) {
      events.push(event);
      if (event.type === "link" && event.change === "half-close") link.sendEnd();
    }
    expect(events.map(said)).toEqual(["open", "heard hello", "half-close", "close"]);
    expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).toSorted((a, b) => a - b));
  });

  test("to a device that is gone cannot be sent on", async () => {
    const link = await linkTo((socket) => socket.once("data", () => socket.resetAndDestroy()));
    await link.send(Buffer.from("anyone there?"));
    const changes: string[] = [];
    for await (const event of link.events) changes.push(said(event));
    expect(changes).toEqual(["open", "reset"]);
    await expect(link.send(Buffer.from("hello"))).rejects.toMatchObject({ code: "LINK_LOST" });
    await link[Symbol.asyncDispose]();
  });

  test("is read no faster than its events are taken", async () => {
    const total = 30_000_000;
    let sender: Socket | undefined;
    const link = await linkTo((socket) => {
      sender = socket;
      socket.end(Buffer.alloc(total, 1));
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(sender!.writableLength).toBeGreaterThan(total / 2);
    let heard = 0;
    for await (const event of link.events) {
      if (event.type === "bytes") heard += event.bytes.length;
      if (event.type === "link" && event.change === "half-close") link.sendEnd();
    }
    expect(heard).toBe(total);
  });

  needs("socat")("over a serial port speaks both ways", async () => {
    await using pty = await ptyPair();
    await using near = await openSerialLink(pty.near, SERIAL_DEFAULTS, clock);
    await using far = await openSerialLink(pty.far, SERIAL_DEFAULTS, clock);
    await near.send(Buffer.from("ping"));
    const events = far.events[Symbol.asyncIterator]();
    expect([said((await events.next()).value), said((await events.next()).value)]).toEqual(["open", "ping"]);
  });
});
