import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createSocketServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { needs } from "../needs.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape, startFieldtape } from "./command-line.ts";
import { acceptAll, suite, writeCase, writtenCorpus } from "./suite-corpus.ts";

async function freePort(): Promise<number> {
  const server = createSocketServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Debian's server on a port and in a folder of its own. */
async function startRedis(): Promise<string> {
  const port = await freePort();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", temporaryFolder()];
  const server = spawn("redis-server", args, { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void server.kill("SIGKILL"));
  for await (const said of server.stdout) if (String(said).includes("Ready to accept connections")) break;
  return `redis://127.0.0.1:${port}`;
}

/** Serves a folder's files by their names. */
async function serve(folder: string): Promise<string> {
  const server = createServer((request, response) => {
    try {
      response.end(readFileSync(join(folder, (request.url ?? "").slice(1))));
    } catch {
      response.writeHead(404).end();
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

needs("redis-server")(
  "three workers of which one is killed give the same file as one run",
  async () => {
    const names = Array.from({ length: 24 }, (_, n) => `${n % 2 === 0 ? "even" : "odd"}/${n}`);
    const cwd = writtenCorpus(Object.fromEntries(names.map((name) => [name, { text: `${name}\n` }])));
    await acceptAll(cwd);
    writeCase(cwd, "odd/3", { text: "another\n" });
    writeCase(cwd, "even/new", {});
    writeCase(cwd, "odd/broken", { extra: "sed: 3\n" });
    await suite(cwd, "run", "--no-cache", "--result", "one.json");

    const redis = await startRedis();
    mkdirSync(join(cwd, "store"));
    const files = await serve(join(cwd, "store"));
    const workers = [0, 1, 2].map(() =>
      startFieldtape(["suite", "worker", "--redis", redis, "--files", files], { cwd: temporaryFolder() }),
    );
    const killed = workers[0]!;
    await Promise.all(workers.map((worker) => worker.stderrMatches(/waiting for cases/)));
    const running = fieldtape(
      ["suite", "run", "--engine", "bullmq", "--redis", redis, "--files", "store", "--result", "queue.json"],
      { cwd },
    );
    await killed.stderrMatches(/(even|odd)\//);
    killed.child.kill("SIGKILL");
    expect((await running).code).toBe(2);
    expect(readFileSync(join(cwd, "queue.json"), "utf8")).toBe(readFileSync(join(cwd, "one.json"), "utf8"));
    for (const worker of workers.slice(1)) worker.child.kill("SIGTERM");
    for (const worker of workers.slice(1)) expect((await worker.finished).code).toBe(0);
  },
  120_000,
);

needs("redis-server")(
  "a queue without workers says so, and a worker that cannot fetch a case says which file",
  async () => {
    const cwd = writtenCorpus({ "a/one": {} });
    const redis = await startRedis();
    const running = startFieldtape(["suite", "run", "--engine", "bullmq", "--redis", redis, "--files", "store"], {
      cwd,
    });
    await running.stderrMatches(/nobody takes cases from this queue yet/);
    startFieldtape(["suite", "worker", "--redis", redis, "--files", "elsewhere"], { cwd: temporaryFolder() });
    const { code, stdout, stderr } = await running.finished;
    expect([code, stdout]).toEqual([
      3,
      expect.stringMatching(/elsewhere\/[0-9a-f]{64}: cannot fetch a file of a case/),
    ]);
    expect(stderr).toContain("1 case: 0 passed, 1 not");
  },
  60_000,
);

test("a queue that is named wrong is refused before anything is done", async () => {
  const cwd = writtenCorpus({ "a/one": {} });
  expect(await suite(cwd, "run", "--engine", "bullmq")).toMatchObject({ code: 2 });
  expect(await suite(cwd, "run", "--engine", "bullmq", "--redis", "http://x")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("must be redis://HOST"),
  });
});

test("a queue that nobody keeps is told at once, by the run and by a worker", async () => {
  const cwd = writtenCorpus({ "a/one": {} });
  const redis = `redis://127.0.0.1:${await freePort()}`;
  const told = { code: 3, stderr: expect.stringContaining("cannot reach Redis at 127.0.0.1:") };
  expect(await suite(cwd, "run", "--engine", "bullmq", "--redis", redis, "--files", "store")).toMatchObject(told);
  expect(await suite(cwd, "worker", "--redis", redis, "--files", "store")).toMatchObject(told);
});
