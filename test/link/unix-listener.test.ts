import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { openUnixListener } from "../../src/link/unix-listener.ts";
import { inFolder } from "../tape/tape-files.ts";

test("a client that has stopped reading does not keep a local socket from closing", () =>
  inFolder(async (file) => {
    const listener = await openUnixListener(file("s"), {
      connectionsMax: 4,
      accept: (socket) => socket.write(Buffer.alloc(10_000_000)),
    });
    const frozen = connect(file("s")).pause();
    await once(frozen, "connect");
    await listener.close();
    frozen.destroy();
  }));

test("a client that reads gets all that was written before a local socket is closed", () =>
  inFolder(async (file) => {
    const listener = await openUnixListener(file("s"), {
      connectionsMax: 4,
      accept: (socket) => socket.write(Buffer.alloc(1_000_000)),
    });
    const client = connect(file("s"));
    let read = 0;
    client.on("data", (bytes) => {
      read += bytes.length;
    });
    await once(client, "connect");
    const closed = once(client, "close");
    await listener.close();
    await closed;
    expect(read).toBe(1_000_000);
  }));

test("a path that is too long for a socket is refused rather than cut off", async () => {
  await expect(openUnixListener(`/tmp/${"x".repeat(200)}`, { connectionsMax: 1, accept() {} })).rejects.toMatchObject({
    code: "LINK_OPEN_FAILED",
  });
});
