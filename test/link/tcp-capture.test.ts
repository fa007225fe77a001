import { once } from "node:events";
import type { Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { parseTcpAddress } from "../../src/link/address.ts";
import type { Arrival } from "../../src/link/arrival.ts";
import { backoff } from "../../src/link/backoff.ts";
import { TCP_DEFAULTS } from "../../src/link/tcp.ts";
import { openTcpClient, openTcpServer } from "../../src/link/tcp-capture.ts";
import { millis } from "../../src/time/nanos.ts";
import { bytesOf, changesOf, deadAddress, device, dial, everything, recording } from "./loopback.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function clientOf(serve: (socket: Socket) => void, reconnect = false) {
  const { server, address } = await device(serve);
  closing.push(() => server.close());
  const { arrivals, clock } = recording();
  const options = { ...TCP_DEFAULTS, to: address, name: "meter", whenCrowded: "gap", reconnect, clock } as const;
  const source = await openTcpClient(arrivals, options);
  closing.push(() => source.close());
  return { arrivals, source, address, server };
}

describe("recording as a TCP client", () => {
  test("what the device sends is rx, and the source ends when the device has said all", async () => {
    const { arrivals, source, address } = await clientOf((socket) => socket.end("kWh 0012.5"));
    expect(await source.ended).toEqual({ reason: "eof" });
    const heard = everything(arrivals);
    expect(heard[0]).toMatchObject({
      type: "channel",
      name: "meter",
      source: `tcp:127.0.0.1:${address.port}`,
      settings: { role: "client" },
    });
    expect(bytesOf(heard, "rx").toString()).toBe("kWh 0012.5");
    expect(changesOf(heard)).toEqual(["open", "half-close rx", "close"]);
  });

  test("a device that resets ends the source as lost", async () => {
    const { arrivals, source } = await clientOf((socket) => setTimeout(() => socket.resetAndDestroy(), 10));
    expect(await source.ended).toMatchObject({ reason: "link-lost", error: { code: "LINK_LOST" } });
    expect(changesOf(everything(arrivals))).toEqual(["open", "reset rx ECONNRESET"]);
  });

  test("with reconnect the same channel goes on, and what the device said meanwhile is a gap", async () => {
    let connections = 0;
    const { arrivals, source } = await clientOf((socket) => {
      connections += 1;
      if (connections === 1) socket.write("one", () => setTimeout(() => socket.resetAndDestroy(), 10));
      else if (connections === 2) socket.end("two");
      else socket.write("three");
    }, true);
    const heard: Arrival[] = [];
    while (bytesOf(heard, "rx").length < "onetwothree".length) {
      await arrivals.next();
      heard.push(...everything(arrivals));
    }
    await source.close();
    heard.push(...everything(arrivals));
    expect(await source.ended).toEqual({ reason: "stop" });
    expect(bytesOf(heard, "rx").toString()).toBe("onetwothree");
    expect(changesOf(heard)).toEqual([
      "open",
      "reset rx ECONNRESET",
      "gap rx truncated",
      "open",
      "half-close rx",
      "close",
      "open",
      "close stop",
    ]);
  });

  test("a stop while it tries to connect again ends the trying", async () => {
    const { source, server } = await clientOf((socket) => socket.destroy(), true);
    server.close();
    await once(server, "close");
    await source.close();
    expect(await source.ended).toEqual({ reason: "stop" });
  });

  test("a device that is not there is refused with what to look at", async () => {
    const { arrivals, clock } = recording();
    const to = await deadAddress();
    const options = { ...TCP_DEFAULTS, to, name: "meter", whenCrowded: "gap", reconnect: true, clock } as const;
    await expect(openTcpClient(arrivals, options)).rejects.toMatchObject({
      code: "LINK_OPEN_FAILED",
      hint: expect.stringContaining("is the device on"),
    });
    expect(everything(arrivals)).toEqual([]);
  });

  test("attempts come slower and slower, up to every five seconds", () => {
    expect([0, 1, 2, 5, 6, 100].map((attempt) => backoff(attempt))).toEqual(
      [100, 200, 400, 3_200, 5_000, 5_000].map((count) => millis(count)),
    );
  });
});

describe("recording as a TCP server", () => {
  test("each device that connects is a channel, and what it sends is rx", async () => {
    const { arrivals } = recording();
    const listen = parseTcpAddress("127.0.0.1:0");
    const options = { ...TCP_DEFAULTS, listen, name: "tracker", whenCrowded: "gap" } as const;
    const source = await openTcpServer(arrivals, options);
    const address = parseTcpAddress(source.description.split(" ").at(-1)!);
    const devices = await Promise.all([dial(address), dial(address)]);
    for (const [index, one] of devices.entries()) {
      one.end(`position ${index}`);
      one.resume();
      await once(one, "close");
    }
    await source.close();
    const heard = everything(arrivals);
    const channels = heard.filter((arrival) => arrival.type === "channel");
    expect(channels.map(({ name, settings }) => [name, settings["role"]])).toEqual([
      ["tracker#1", "server"],
      ["tracker#2", "server"],
    ]);
    expect([0, 1].map((channel) => bytesOf(heard, "rx", channel).toString()).toSorted()).toEqual([
      "position 0",
      "position 1",
    ]);
    expect(changesOf(heard, 0)).toEqual(["open", "half-close rx", "close"]);
    expect(await source.ended).toEqual({ reason: "stop" });
  });
});
