import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, onTestFinished } from "vitest";
import { fieldtape } from "./command-line.ts";

/** Runs a command that must succeed, in `folder`. */
async function must(folder: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await fieldtape(args, { cwd: folder });
  expect({ args, code, stderr }).toMatchObject({ code: 0 });
  return stdout;
}

/** Keys and the first root, made by the program once for all tests of a file. */
const kept = mkdtempSync(join(tmpdir(), "fieldtape-keys-"));
afterAll(() => rmSync(kept, { recursive: true }));
let made: Promise<void> | undefined;

async function makeKeys(): Promise<void> {
  const shop = new ReleaseShop(kept);
  for (const name of ["root", "r1", "r2", "r3", "time"]) await shop.key(name);
  await must(kept, ["ota", "root", "new", ...shop.roleFlags(), "-o", "1.root.json"]);
}

/** Where releases of one product are made: keys (two of three sign a release), roots, packages and the repository. */
export class ReleaseShop {
  readonly folder: string;
  private roots = 1;
  private releases = 0;
  private releaseKeys: readonly string[] = ["r1.key", "r2.key", "r3.key"];

  constructor(folder: string) {
    this.folder = folder;
  }

  static async open(folder: string): Promise<ReleaseShop> {
    made ??= makeKeys();
    await made;
    cpSync(kept, folder, { recursive: true });
    return new ReleaseShop(folder);
  }

  get root(): string {
    return `${this.roots}.root.json`;
  }

  run(args: readonly string[]): Promise<string> {
    return must(this.folder, args);
  }

  /** A package signed by two keys, not yet published. */
  async pack(
    version: string,
    files: Readonly<Record<string, string | Uint8Array>>,
    more: readonly string[] = [],
  ): Promise<string> {
    this.releases += 1;
    const name = `${version}.pkg`;
    for (const [path, content] of Object.entries(files)) {
      const file = join(this.folder, `app-${version}`, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content, { mode: 0o755 });
    }
    const release = ["--product", "gateway", "--version", version, "--release", String(this.releases)];
    await this.run(["ota", "release", "pack", `app-${version}`, ...release, "-o", name, ...more]);
    const keys = this.releaseKeys.slice(0, 2).flatMap((key) => ["--key", key]);
    await this.run(["ota", "release", "sign", name, ...keys]);
    return name;
  }

  async publish(name: string, expires = "7d"): Promise<void> {
    const flags = ["--repo", "repo", "--trust", this.root, "--timestamp-key", "time.key", "--expires", expires];
    await this.run(["ota", "release", "publish", name, ...flags]);
  }

  /** New release keys take the place of the old ones. */
  async rotate(): Promise<void> {
    for (const name of ["n1", "n2", "n3"]) await this.key(name);
    this.releaseKeys = ["n1.key", "n2.key", "n3.key"];
    const next = `${this.roots + 1}.root.json`;
    await this.run(["ota", "root", "rotate", this.root, ...this.roleFlags(), "-o", next]);
    this.roots += 1;
  }

  async key(name: string): Promise<void> {
    await this.run(["ota", "key", "new", "-o", `${name}.key`, "--no-passphrase"]);
  }

  roleFlags(): readonly string[] {
    const releases = this.releaseKeys.flatMap((key) => ["--release-key", key]);
    return ["--root-key", "root.key", ...releases, "--timestamp-key", "time.key", "--threshold", "release=2"];
  }
}

/** A device: an installation in a folder. */
export class Device {
  readonly shop: ReleaseShop;
  readonly folder: string;

  constructor(shop: ReleaseShop, folder = "device") {
    this.shop = shop;
    this.folder = folder;
  }

  install(name: string, more: readonly string[] = []): Promise<string> {
    return this.shop.run([
      "ota",
      "device",
      "install",
      name,
      "--install",
      this.folder,
      "--trust",
      "1.root.json",
      ...more,
    ]);
  }

  async update(
    repo: string,
    more: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number | null; result: Result }> {
    const args = ["ota", "device", "update", "--repo", repo, "--install", this.folder, "--json", ...more];
    const { code, stdout, stderr } = await fieldtape(args, { cwd: this.shop.folder, env });
    expect({ stdout, stderr }).toMatchObject({ stdout: expect.stringMatching(/^\{.*\}\n$/) });
    return { code, result: JSON.parse(stdout) };
  }

  async say(command: "status" | "confirm" | "rollback" | "resume"): Promise<Result> {
    const args = ["ota", "device", command, "--install", this.folder, "--json"];
    return JSON.parse((await fieldtape(args, { cwd: this.shop.folder })).stdout);
  }

  /** What stands in a file of the current version. */
  read(path: string): string {
    return readFileSync(join(this.shop.folder, this.folder, "current", path), "utf8");
  }

  get place(): string {
    return join(this.shop.folder, this.folder);
  }
}

export type Result = Readonly<Record<string, unknown>>;

/** A plain static server for the shop's repository: whole files only, as `python3 -m http.server`. */
export async function servePlainly(folder: string): Promise<string> {
  return `http://127.0.0.1:${await listening(createServer(wholeFiles(folder)))}`;
}

/** The same over TLS. */
export async function serveSecurely(folder: string, tls: { key: string; cert: string }): Promise<string> {
  return `https://127.0.0.1:${await listening(createSecureServer(tls, wholeFiles(folder)))}`;
}

function wholeFiles(folder: string): RequestListener {
  return (request, response) => {
    try {
      const bytes = readFileSync(join(folder, decodeURIComponent(request.url ?? "").replaceAll("..", "")));
      response.writeHead(200, { "content-length": bytes.length }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** What a tree of files is, to the bit and the mode. */
export async function treeDigest(folder: string): Promise<string> {
  const { stdout } = await promisify(execFile)("sh", [
    "-c",
    'cd "$0" && find . -type f -printf "%p %m " -exec sha256sum {} \\; | sort && find . -type l -printf "%p %l\\n" | sort',
    folder,
  ]);
  return stdout;
}
