import { once } from "node:events";
import { stat } from "node:fs/promises";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { describe, expect, test } from "vitest";
import { ControlServer } from "../../src/recorder/control.ts";
import { connectControl } from "../../src/recorder/control-client.ts";
import type { ControlStatus } from "../../src/recorder/schema.ts";
import { turn } from "../../src/time/system-clock.ts";
import { VirtualClock } from "../../src/time/virtual-clock.ts";
import { content, inFolder, recordsOf } from "../tape/tape-files.ts";
import { begin, ms, sessionOn } from "./recording.ts";

async function controlled(file: (name: string) => string) {
  const begun = begin();
  const session = await sessionOn(file("a.tape.jsonl"), begun);
  const control = await ControlServer.listen(file("control"), begun.clock);
  control.show(session);
  const running = session.run().finally(() => control.close());
  return { ...begun, session, control, running };
}

describe("a recorder's control socket", () => {
  test("shows what is going on, and takes marks, rotations and the stop", () =>
    inFolder(async (file) => {
      const { pipe, running } = await controlled(file);
      expect((await stat(file("control"))).mode & 0o777).toBe(0o600);
      await using client = await connectControl(file("control"));
      pipe.write("one");
      const seen: ControlStatus[] = [];
      for await (const status of client.statuses) {
        seen.push(status);
        if (status.state === "recording") {
          if (status.rx.bytes === 3) pipe.write("two");
          if (status.rx.bytes === 6 && status.marks === 0) client.mark("from a screen");
          if (status.marks > 0 && !status.path.includes("0001")) client.rotate();
          if (status.path.includes("0001")) client.stop();
        }
      }
      expect((await running).reason).toBe("stop");
      const last = seen.at(-1)!;
      expect(last).toMatchObject({
        state: "stopped",
        rx: { bytes: 6, reads: 2 },
        channels: [{ name: "pipe", link: "close" }],
      });
      const tail = seen.flatMap((status) => status.tail);
      expect(tail.map(({ number, start }) => [number, Buffer.from(start, "hex").toString()])).toEqual([
        [1, "one"],
        [2, "two"],
      ]);
      const first = content(await recordsOf(file("a.tape.jsonl")));
      expect(first.some((record) => record.type === "mark" && record.label === "from a screen")).toBe(true);
    }));

  test("answers each command, and refuses what is none", () =>
    inFolder(async (file) => {
      const { session, running } = await controlled(file);
      const socket = connect(file("control"));
      const answers: unknown[] = [];
      createInterface(socket).on("line", (line) => {
        const message = JSON.parse(line);
        if (message.type !== "status") answers.push(message);
        if (answers.length === 4) socket.end();
      });
      socket.write('{"command":"mark","label":"x","id":7}\nrubbish\n{"command":"format-disk"}\n');
      socket.write(`${"x".repeat(100_000)}\n`);
      await once(socket, "close");
      expect(answers).toMatchObject([
        { type: "done", command: "mark", id: 7 },
        { type: "refused" },
        { type: "refused" },
        { type: "refused" },
      ]);
      await session.stop();
      await running;
    }));

  test("never holds up a recording, whatever its clients do", () =>
    inFolder(async (file) => {
      const { pipe, session, running } = await controlled(file);
      const frozen = connect(file("control")).pause();
      const dying = connect(file("control"));
      await Promise.all([once(frozen, "connect"), once(dying, "connect")]);
      dying.destroy();
      for (let i = 0; i < 50; i += 1) {
        pipe.write(Buffer.alloc(10_000, i));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await session.stop();
      expect((await running).status.rx.bytes).toBe(500_000);
      frozen.destroy();
    }));

  test("a client that has frozen is told no more until it reads again", () =>
    inFolder(async (file) => {
      const clock = new VirtualClock(turn);
      const session = await sessionOn(file("a.tape.jsonl"), begin(clock));
      const control = await ControlServer.listen(file("control"), clock);
      // A status of a megabyte, the same each time.
      const path = "x".repeat(1_000_000);
      control.show({
        status: () => ({ ...session.status(), path }),
        mark() {},
        rotate() {},
        stop: () => session.stop(),
      });
      const frozen = connect(file("control")).pause();
      await once(frozen, "connect");
      for (let look = 1; look <= 50; look += 1) await clock.advance(ms(look * 50));
      let statuses = 0;
      createInterface(frozen).on("line", () => {
        statuses += 1;
      });
      const over = once(frozen, "close");
      void control.close();
      await over;
      expect(statuses).toBeGreaterThan(0);
      expect(statuses).toBeLessThan(10);
    }));

  test("nobody listens any more after the recording", () =>
    inFolder(async (file) => {
      const { session, running } = await controlled(file);
      await session.stop();
      await running;
      await expect(connectControl(file("control"))).rejects.toMatchObject({ code: "LINK_OPEN_FAILED" });
    }));
});
