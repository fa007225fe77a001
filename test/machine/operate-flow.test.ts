import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { openTcpLink } from "../../src/link/stream-link.ts";
import { TCP_DEFAULTS } from "../../src/link/tcp.ts";
import { type ChainOutput, type ChainPlan, framerPart, sessionPart } from "../../src/machine/chain-plan.ts";
import { type LinkHappening, linkInput } from "../../src/machine/link-input.ts";
import { operate, type WorldRecord } from "../../src/machine/operate.ts";
import { replay } from "../../src/machine/replay.ts";
import { millis, nanos, ZERO } from "../../src/time/nanos.ts";
import { SystemClock, turn } from "../../src/time/system-clock.ts";
import { heartbeat, words } from "./toys.ts";

const beating: ChainPlan = {
  role: "participant",
  framer: framerPart(words, { silence: millis(2) }),
  session: sessionPart(heartbeat, { every: millis(3), word: "ping;" }),
};

/** Says pong to each read, and hangs up after ten. */
function answer(socket: Socket): void {
  let reads = 0;
  socket.on("error", () => {});
  socket.on("data", () => {
    reads += 1;
    if (reads < 10) socket.write("pong;");
    else socket.end("bye");
  });
}

async function* records(events: AsyncIterable<LinkHappening>): AsyncGenerator<readonly WorldRecord[]> {
  yield [{ type: "channel", at: ZERO, channel: 0, kind: "stream" }];
  let at = ZERO;
  for await (const event of events) {
    at = event.at;
    yield [linkInput(0, event)];
    if (event.type === "link" && event.change !== "open") break;
  }
  yield [{ type: "end", at }];
}

test("a machine on a real wire leaves a tape that gives the same when it is replayed", async () => {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const clock = new SystemClock({ sleep: "coarse" });
  const signal = new AbortController().signal;
  const { port } = server.address() as AddressInfo;
  const told: (WorldRecord | ChainOutput)[] = [];
  {
    await using link = await openTcpLink({ host: "127.0.0.1", port }, TCP_DEFAULTS, clock, signal);
    await operate(beating, {
      inputs: records(link.events),
      clock,
      origin: ZERO,
      ports: { send: (_, bytes) => link.send(bytes), ask: () => {} },
      observe: (observations) => void told.push(...observations),
      settle: turn,
      signal,
    });
  }
  server.close();
  const isSaid = (record: WorldRecord | ChainOutput): boolean =>
    record.type === "output" || (record.type === "raw" && record.dir === "tx");
  const inputs = told.filter((record) => !isSaid(record)) as WorldRecord[];
  expect(replay(beating, inputs, { time: "recorded", drain: nanos(0) })).toEqual(told.filter(isSaid));
  expect(inputs.filter(({ type }) => type === "raw").length).toBeGreaterThan(0);
  for (const [index, record] of told.entries()) expect(record.at).toBeGreaterThanOrEqual(told[index - 1]?.at ?? 0);
});
