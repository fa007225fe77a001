import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { CHUNK_BYTES } from "../../../src/ota/transfer/download-plan.ts";
import { FolderTransport } from "../../../src/ota/transfer/folder-transport.ts";
import { HttpTransport } from "../../../src/ota/transfer/http-transport.ts";
import { openRepository } from "../../../src/ota/transfer/open-repository.ts";
import { needs } from "../../needs.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { type Answer, answerFile, type Served, serve } from "./bad-server.ts";
import { bring, isBrought, PATIENT, payload, wanted } from "./fetching.ts";

const SAVED = PATIENT.saveEvery;
const bytes = payload(2 * SAVED + CHUNK_BYTES + 999);
const object = wanted(bytes);
const ask = { port: "objects", objects: [object] } as const;

/** Fetches until so many bytes were given, and then stops as a restart does. */
async function begun(root: string, given: number): Promise<Served> {
  const stop = new AbortController();
  const answer: Answer = ({ response }) => {
    response.writeHead(200, { etag: '"one"', "content-length": bytes.length });
    response.write(bytes.subarray(0, given), () => {
      // What the device has read by now lies somewhere in the pipes: it shall read all of it.
    });
  };
  const served = await serve(answer);
  using transport = new HttpTransport(new URL(served.url));
  const watch = bring({ transport, root, ask, cancel: stop.signal });
  const part = join(root, "staging", "parts");
  while (sizeOf(join(part, object.sha256)) < given) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort();
  await watch;
  return served;
}

function sizeOf(path: string): number {
  try {
    return readFileSync(path).length;
  } catch {
    return 0;
  }
}

describe("a download that was interrupted by a restart", () => {
  test("goes on behind what was saved, and fetches none of that again", async () => {
    const root = temporaryFolder();
    await begun(root, SAVED + CHUNK_BYTES);
    const served = await serve((context) => answerFile(context, bytes));
    using transport = new HttpTransport(new URL(served.url));
    const { failed, outputs } = await bring({ transport, root, ask });
    expect(failed).toBeUndefined();
    expect(isBrought(root, object)).toBe(true);
    expect(served.requests).toMatchObject([{ range: `bytes=${SAVED}-` }]);
    expect(served.sent(), "bytes at the server").toBe(bytes.length - SAVED);
    expect(outputs).toContainEqual({
      type: "note",
      note: { type: "resumed", object: object.sha256, from: SAVED, size: bytes.length },
    });
    expect(readdirSync(join(root, "staging", "parts"))).toEqual([]);
  });

  test("names the tag only to the place that it is from", async () => {
    const root = temporaryFolder();
    await begun(root, SAVED + CHUNK_BYTES);
    const record = JSON.parse(readFileSync(join(root, "staging", "parts", `${object.sha256}.json`), "utf8"));
    expect(record).toMatchObject({ etag: '"one"', total: bytes.length, offset: SAVED });
    expect(record.chunks).toHaveLength(SAVED / CHUNK_BYTES);
    const served = await serve((context) => answerFile(context, bytes, { etag: '"another"' }));
    using transport = new HttpTransport(new URL(served.url));
    expect((await bring({ transport, root, ask })).failed).toBeUndefined();
    expect(served.requests[0]).not.toHaveProperty("ifRange");
  });

  test("trusts no byte on the disk that is not what was written", async () => {
    const root = temporaryFolder();
    await begun(root, SAVED + CHUNK_BYTES);
    const file = openSync(join(root, "staging", "parts", object.sha256), "r+");
    writeSync(file, "rot", 2 * CHUNK_BYTES + 5);
    closeSync(file);
    const served = await serve((context) => answerFile(context, bytes));
    using transport = new HttpTransport(new URL(served.url));
    expect((await bring({ transport, root, ask })).failed).toBeUndefined();
    expect(served.sent()).toBe(bytes.length - 2 * CHUNK_BYTES);
    expect(isBrought(root, object)).toBe(true);
  });

  test("begins anew where its record is no record", async () => {
    const root = temporaryFolder();
    await begun(root, SAVED + CHUNK_BYTES);
    writeFileSync(join(root, "staging", "parts", `${object.sha256}.json`), '{"url":1}');
    const served = await serve((context) => answerFile(context, bytes));
    using transport = new HttpTransport(new URL(served.url));
    expect((await bring({ transport, root, ask })).failed).toBeUndefined();
    expect(served.sent()).toBe(bytes.length);
  });

  test("keeps what is whole already, and throws away what nobody wants any more", async () => {
    const root = temporaryFolder();
    await begun(root, SAVED + CHUNK_BYTES);
    const [small, empty] = [payload(1000, 9), new Uint8Array()];
    const served = await serve((context) => answerFile(context, small));
    using transport = new HttpTransport(new URL(served.url));
    const others = { port: "objects", objects: [wanted(small), wanted(empty)] } as const;
    expect((await bring({ transport, root, ask: others })).failed).toBeUndefined();
    expect(readdirSync(join(root, "staging", "parts"))).toEqual([]);
    expect((await bring({ transport, root, ask: others })).failed).toBeUndefined();
    expect(served.requests, "an empty file needs no request, a whole one no second").toHaveLength(1);
    writeFileSync(join(root, "staging", "objects", wanted(small).sha256), "rot");
    expect((await bring({ transport, root, ask: others })).failed).toBeUndefined();
    expect(isBrought(root, wanted(small))).toBe(true);
  });
});

describe("a repository", () => {
  test("in a folder, named by its path or a file: URL", async () => {
    const [repository, root] = [temporaryFolder(), temporaryFolder()];
    mkdirSync(join(repository, "objects"));
    writeFileSync(join(repository, "objects", object.sha256), bytes);
    using transport = openRepository(`file://${repository}`, "/");
    expect((await bring({ transport, root, ask })).failed).toBeUndefined();
    expect(isBrought(root, object)).toBe(true);
    using gone = new FolderTransport(join(repository, "gone"));
    expect((await bring({ transport: gone, root: temporaryFolder(), ask })).failed).toBe("unreachable");
    expect(() => openRepository("ftp://example.org/", "/")).toThrow(/is no repository/);
    for (const absent of ["stick/ota", "file:///nowhere/stick/ota"])
      expect(() => openRepository(absent, "/nowhere")).toThrow(/no such repository/);
  });

  test("a small file comes whole, or not at all, and no longer than it may be", async () => {
    const served = await serve((context) =>
      context.request.url?.startsWith("/timestamp.json") === true
        ? context.response.writeHead(200).end("a small file")
        : context.response.writeHead(404).end(),
    );
    using transport = new HttpTransport(new URL(`${served.url}/?token=secret`));
    const root = temporaryFolder();
    const get = (name: string, sizeMax: number) => bring({ transport, root, ask: { port: "metadata", name, sizeMax } });
    expect(new TextDecoder().decode((await get("timestamp.json", 100)).bytes)).toBe("a small file");
    expect((await get("timestamp.json", 5)).failed).toBe("too-long");
    expect(await get("2.root.json", 100)).toMatchObject({ failed: undefined, bytes: undefined });
    expect(transport.location, "secrets stay with the requests").toBe(served.url);
    expect(served.requests[0]?.path).toBe("/timestamp.json?token=secret");
  });

  needs("python3")("behind a server that knows no ranges", async () => {
    const [repository, root] = [temporaryFolder(), temporaryFolder()];
    mkdirSync(join(repository, "objects"));
    writeFileSync(join(repository, "objects", object.sha256), bytes);
    await begun(root, SAVED + CHUNK_BYTES);
    const server = spawn("python3", ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1"], { cwd: repository });
    onTestFinished(() => void server.kill("SIGKILL"));
    const port = await new Promise<string>((resolve) => {
      server.stdout.on("data", (text) => {
        const found = /port (\d+)/.exec(String(text))?.[1];
        if (found !== undefined) resolve(found);
      });
    });
    using transport = new HttpTransport(new URL(`http://127.0.0.1:${port}`));
    expect((await bring({ transport, root, ask })).failed).toBeUndefined();
    expect(isBrought(root, object)).toBe(true);
  });
});
