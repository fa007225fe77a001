import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import type { Bench, Row } from "./row.ts";

const MESSAGE = Buffer.alloc(64, "x");

/** A round trip to a device: straight, through the recording tap, and through socat. In turns, so that noise meets all alike. */
export const tap: Bench = async ({ quick, folder, root }) => {
  const children: ChildProcess[] = [];
  try {
    const device = await echoDevice(children);
    const direct = await way(device);
    const ours = await way(
      await startTap(children, device, join(root, "bin", "run.js"), join(folder, "tap.tape.jsonl")),
    );
    const socatPort = await startSocat(children, device);
    const socat = socatPort === undefined ? undefined : await way(socatPort);
    for (let round = 0; round < (quick ? 2 : 10); round += 1) {
      for (const one of [direct, ours, socat]) if (one !== undefined) await roundTrips(one, quick ? 200 : 2_000);
    }
    return [...latencies(direct, ours, socat), await throughput(ours, socat, quick ? 20 : 300)];
  } finally {
    for (const child of children) child.kill("SIGINT");
    await Promise.all(children.map((child) => child.exitCode ?? once(child, "close")));
  }
};

interface Way {
  readonly socket: Socket;
  /** Round trips in µs. */
  readonly trips: number[];
}

async function way(port: number): Promise<Way> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  return { socket, trips: [] };
}

function roundTrips({ socket, trips }: Way, count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    let missing = MESSAGE.length;
    let start = performance.now();
    const heard = (bytes: Buffer): void => {
      missing -= bytes.length;
      if (missing > 0) return;
      trips.push((performance.now() - start) * 1000);
      left -= 1;
      if (left === 0) {
        socket.off("data", heard);
        resolve();
        return;
      }
      missing = MESSAGE.length;
      start = performance.now();
      socket.write(MESSAGE);
    };
    socket.on("data", heard);
    socket.write(MESSAGE);
  });
}

function latencies(direct: Way, ours: Way, socat: Way | undefined): Row[] {
  const row = (work: string, of: (way: Way) => number): Row => ({
    work,
    ours: of(ours),
    unit: "µs",
    peer: { name: "socat", figure: socat === undefined ? undefined : of(socat) },
  });
  const more = (share: number) => (way: Way) => percentile(way.trips, share) - percentile(direct.trips, share);
  const straight = `${percentile(direct.trips, 0.5).toFixed(0)} / ${percentile(direct.trips, 0.99).toFixed(0)} µs`;
  return [
    row(`recording tap: round trip of 64 B, p50 (straight p50 / p99: ${straight})`, (way) =>
      percentile(way.trips, 0.5),
    ),
    row("recording tap: round trip of 64 B, p99", (way) => percentile(way.trips, 0.99)),
    row("recording tap: what it adds at p50", more(0.5)),
    row("recording tap: what it adds at p99", more(0.99)),
  ];
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** As fast as it goes, there and back, in turns. */
async function throughput(ours: Way, socat: Way | undefined, megabytes: number): Promise<Row> {
  const rate = async ({ socket }: Way): Promise<number> => {
    const start = performance.now();
    await flood(socket, megabytes);
    return (megabytes / (performance.now() - start)) * 1000;
  };
  return {
    work: "recording tap: bytes there and back, every one on the tape",
    ours: await rate(ours),
    unit: "MB/s",
    peer: { name: "socat (records nothing)", figure: socat === undefined ? undefined : await rate(socat) },
  };
}

function flood(socket: Socket, megabytes: number): Promise<void> {
  const block = Buffer.alloc(1_000_000, "y");
  return new Promise((resolve) => {
    let missing = megabytes * block.length;
    const heard = (bytes: Buffer): void => {
      missing -= bytes.length;
      if (missing > 0) return;
      socket.off("data", heard);
      resolve();
    };
    socket.on("data", heard);
    let left = megabytes;
    const send = (): void => {
      while (left > 0) {
        left -= 1;
        if (!socket.write(block)) {
          socket.once("drain", send);
          return;
        }
      }
    };
    send();
  });
}

const ECHO = `
  require("net").createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => {});
    socket.on("data", (bytes) => { if (!socket.write(bytes)) { socket.pause(); socket.once("drain", () => socket.resume()); } });
  }).listen(0, "127.0.0.1", function () { console.log(this.address().port); });
`;

/** A process of its own, like a device. */
async function echoDevice(children: ChildProcess[]): Promise<number> {
  const child = spawn(process.execPath, ["-e", ECHO], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const [line] = await once(child.stdout, "data");
  return Number(line);
}

async function startTap(children: ChildProcess[], to: number, program: string, tape: string): Promise<number> {
  const args = [
    program,
    "record",
    "tcp",
    "--listen",
    "127.0.0.1:0",
    "--to",
    `127.0.0.1:${to}`,
    "-o",
    tape,
    "--no-config",
  ];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  children.push(child);
  let said = "";
  for await (const text of child.stderr.iterator({ destroyOnReturn: false })) {
    said += text;
    const port = /tap 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    if (port !== undefined) {
      child.stderr.resume();
      return Number(port);
    }
  }
  throw new Error(said);
}

/** `undefined` where socat is not installed. */
async function startSocat(children: ChildProcess[], to: number): Promise<number | undefined> {
  if (spawnSync("socat", ["-V"]).error !== undefined) return undefined;
  const port = await freePort();
  const listen = `TCP4-LISTEN:${port},bind=127.0.0.1,nodelay,reuseaddr`;
  const child = spawn("socat", ["-b", "65536", listen, `TCP4:127.0.0.1:${to},nodelay`], { stdio: "ignore" });
  children.push(child);
  await new Promise((resolve) => setTimeout(resolve, 300));
  return port;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
