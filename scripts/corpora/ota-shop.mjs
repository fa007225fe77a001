// A release shop, a repository server that misbehaves as it is told, and devices: what the recordings of updates are made with.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { work } from "./recording.mjs";

const program = resolve(import.meta.dirname, "../../bin/run.js");
const corpus = resolve(import.meta.dirname, "../../corpora/ota");
/** Small in the corpus, and still several pieces of a body. */
const LIBRARY = Buffer.from(Array.from({ length: 150_000 }, (_, index) => (index * 2654435761) >>> 24));

export class Shop {
  constructor(name) {
    this.folder = join(work, name);
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
    this.root = 1;
    this.releases = 0;
    this.keys = ["r1", "r2", "r3"];
    for (const key of ["root", ...this.keys, "time"])
      this.run("ota", "key", "new", "-o", `${key}.key`, "--no-passphrase");
    this.run("ota", "root", "new", ...this.roles(), "-o", "1.root.json");
  }

  /** Runs a command to its end, whatever its exit code is. */
  run(...args) {
    const env = { ...process.env, NO_COLOR: "1", CI: "" };
    try {
      return execFileSync(process.execPath, [program, ...args], {
        cwd: this.folder,
        env,
        encoding: "utf8",
        stdio: "pipe",
      });
    } catch (error) {
      if (error.status !== 1 && error.status !== 3) throw error;
      return error.stdout;
    }
  }

  /** The same, while a server of this process goes on serving. */
  async runBeside(...args) {
    const { spawn } = await import("node:child_process");
    const child = spawn(process.execPath, [program, ...args], { cwd: this.folder, stdio: "ignore" });
    await new Promise((done) => child.on("exit", done));
  }

  roles() {
    const keys = this.keys.flatMap((key) => ["--release-key", `${key}.key`]);
    return ["--root-key", "root.key", ...keys, "--timestamp-key", "time.key", "--threshold", "release=2"];
  }

  pack(version, files = {}, more = []) {
    this.releases += 1;
    const app = `app-${version}`;
    const all = { "app.txt": `version ${version}\n`, "lib/library": LIBRARY, good: `${version}\n`, ...files };
    for (const [path, content] of Object.entries(all)) {
      if (content === undefined) continue;
      mkdirSync(join(this.folder, app, path, ".."), { recursive: true });
      writeFileSync(join(this.folder, app, path), content);
    }
    const what = ["--product", "gateway", "--version", version, "--release", String(this.releases)];
    this.run("ota", "release", "pack", app, ...what, "-o", `${version}.pkg`, ...more);
    for (const key of this.keys.slice(0, 2))
      this.run("ota", "release", "sign", `${version}.pkg`, "--key", `${key}.key`);
    return `${version}.pkg`;
  }

  publish(name, expires = "3650d") {
    const trust = ["--trust", `${this.root}.root.json`, "--timestamp-key", "time.key", "--expires", expires];
    this.run("ota", "release", "publish", name, "--repo", "repo", ...trust);
  }

  rotate() {
    this.keys = ["n1", "n2", "n3"];
    for (const key of this.keys) this.run("ota", "key", "new", "-o", `${key}.key`, "--no-passphrase");
    this.run("ota", "root", "rotate", `${this.root}.root.json`, ...this.roles(), "-o", `${this.root + 1}.root.json`);
    this.root += 1;
  }

  install(name, { policy = {}, kind = "rev-a" } = {}) {
    writeFileSync(join(this.folder, "policy.json"), JSON.stringify(policy));
    const flags = ["--trust", "1.root.json", "--install", "device", "--kind", kind, "--platform", "linux-arm64"];
    this.run("ota", "device", "install", name, ...flags, "--policy", "policy.json");
  }

  /** One session of the device, recorded as `scenario`; or not recorded at all. */
  async session(scenario, command, server) {
    const repo = command === "update" ? ["--repo", server.url] : [];
    const record = scenario === undefined ? [] : ["--record", "tape.jsonl", "--force"];
    await this.runBeside("ota", "device", command, ...repo, "--install", "device", ...record);
    if (scenario === undefined) return;
    const place = join(corpus, scenario);
    mkdirSync(place, { recursive: true });
    rmSync(join(place, "tape.jsonl.blobs"), { recursive: true, force: true });
    cpSync(join(this.folder, "tape.jsonl"), join(place, "tape.jsonl"));
    try {
      cpSync(join(this.folder, "tape.jsonl.blobs"), join(place, "tape.jsonl.blobs"), { recursive: true });
    } catch {
      // A session that fetched no payload has none.
    }
  }

  /** Serves the repository; `disturb` may answer a request itself, and then says so. */
  async serve(disturb = () => false) {
    let count = 0;
    const server = createServer((request, response) => {
      count += 1;
      if (disturb({ request, response, count, repo: join(this.folder, "repo") })) return;
      answerFile({ request, response, repo: join(this.folder, "repo") });
    });
    await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
    return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
  }
}

/** Whole files, and ranges to their end. */
export function answerFile({ request, response, repo }, { ranges = true, cutAfter, change = (bytes) => bytes } = {}) {
  let bytes;
  try {
    bytes = change(readFileSync(join(repo, request.url)));
  } catch {
    response.writeHead(404).end();
    return true;
  }
  const from = ranges ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0) : 0;
  const range = from > 0 ? { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {};
  response.writeHead(from > 0 ? 206 : 200, {
    etag: `"${bytes.length}"`,
    "content-length": bytes.length - from,
    ...range,
  });
  if (cutAfter === undefined) response.end(bytes.subarray(from));
  else response.write(bytes.subarray(from, from + cutAfter), () => response.destroy());
  return true;
}
