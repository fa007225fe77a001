import { Buffer } from "node:buffer";
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import tar from "tar-stream";
import { expect, test } from "vitest";
import type { Manifest } from "../../../src/ota/release/manifest.ts";
import { pack } from "../../../src/ota/release/pack.ts";
import { signPackage } from "../../../src/ota/release/sign-package.ts";
import { needs } from "../../needs.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { folderOf, packed, verify, wishOf } from "./packages.ts";
import { KEYS, sha256 } from "./publisher.ts";

const LONG = `${"long-folder-name/".repeat(20)}${"f".repeat(120)}.txt`;
const FILES = {
  "app.js": "hello",
  "bin/run.sh": "#!/bin/sh\n",
  "data/empty": "",
  "plugins/übung.js": "x".repeat(5000),
  [LONG]: "deep",
};

test("what was packed and signed by two of three keys arrives to the byte, in chunks of any size", async () => {
  const out = join(temporaryFolder(), "a.pkg");
  await pack({ folder: folderOf(FILES), out, force: false, release: wishOf() });
  expect(await verify(readFileSync(out))).toMatchObject({ refused: { reason: "threshold-not-met", valid: 0 } });
  await signPackage(out, [KEYS.release[1]!]);
  await signPackage(out, [KEYS.release[0]!]);
  for (const chunk of [1, 511, 513, 1 << 20]) {
    const received = new Map<string, string>();
    const sink = {
      open: async ({ path }: { path: string }) => {
        const pieces: Buffer[] = [];
        return {
          write: async (piece: Uint8Array) => void pieces.push(Buffer.from(piece)),
          close: async () => void received.set(path, Buffer.concat(pieces).toString()),
          discard: async () => expect.unreachable(),
        };
      },
    };
    expect(await verify(readFileSync(out), { sink, chunk })).toHaveProperty("accepted");
    expect(Object.fromEntries(received)).toEqual(FILES);
  }
});

test("keys sign in any order, and one that signs again changes nothing", async () => {
  const folder = temporaryFolder();
  const bytes = await packed({ a: "1" });
  const signedBy = async (...order: readonly number[]): Promise<string> => {
    const path = join(folder, order.join(""));
    writeFileSync(path, bytes);
    for (const index of order) await signPackage(path, [KEYS.release[index]!]);
    return sha256(readFileSync(path));
  };
  const once = await signedBy(0, 1);
  expect(await signedBy(1, 0)).toBe(once);
  expect(await signedBy(0, 1, 1, 0)).toBe(once);
});

test("the same files are the same bytes, whatever their dates, order, other permissions and the machine say", async () => {
  const one = await packed(FILES);
  const folder = folderOf(Object.fromEntries(Object.entries(FILES).toReversed()));
  utimesSync(join(folder, "app.js"), 1, 1);
  mkdirSync(join(folder, "an-empty-folder"));
  const out = join(temporaryFolder(), "b.pkg");
  await pack({ folder, out, force: false, release: wishOf() });
  expect(sha256(readFileSync(out))).toBe(sha256(one));
  // The digest itself is the promise across versions of Node and of fieldtape.
  expect(sha256(one)).toBe("db7239771db7de39aa6ce73f55163631490b1ea32e55b8550de2e3ae666c7063");
});

test("paths stand in the order of their bytes, not of their letters or UTF-16 units", async () => {
  const bytes = await packed({ b: "", Bb: "1", "a/b": "", "a-b": "", "\u{1f600}": "", "\uff5e": "" });
  const manifest: Manifest = JSON.parse(Buffer.from(bytes.subarray(512)).toString().split("\0")[0]!);
  expect(manifest.files.map(({ path }) => path)).toEqual(["Bb", "a-b", "a/b", "b", "\uff5e", "\u{1f600}"]);
});

test("another reader of tar archives finds the same files in it", async () => {
  const extract = tar.extract();
  const found: [string, string][] = [];
  extract.on("entry", ({ name }, stream, next) => {
    text(stream).then((content) => {
      found.push([name, content]);
      next();
    }, next);
  });
  await pipeline([await packed(FILES)], extract);
  expect(Object.fromEntries(found.slice(2))).toEqual(
    Object.fromEntries(Object.entries(FILES).map(([path, content]) => [`payload/${path}`, content])),
  );
});

needs("tar")("tar reads a package, long and foreign names included", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "a.pkg"), await packed(FILES));
  execFileSync("tar", ["xf", "a.pkg"], { cwd: folder });
  for (const [path, content] of Object.entries(FILES))
    expect(readFileSync(join(folder, "payload", path), "utf8")).toBe(content);
  expect(readFileSync(join(folder, "signature.sig"), "utf8")).toBe("[]\n");
});

test.each([
  ["a symbolic link", (folder: string) => symlinkSync("/etc/passwd", join(folder, "link")), "no plain file"],
  ["names that differ in case only", (folder: string) => writeFileSync(join(folder, "APP.js"), ""), "differs from"],
  ["a name with a backslash", (folder: string) => writeFileSync(join(folder, "a\\b"), ""), "backslash"],
])("a folder with %s is not packed", async (_name, spoil, message) => {
  const folder = folderOf(FILES);
  spoil(folder);
  const out = join(temporaryFolder(), "a.pkg");
  await expect(pack({ folder, out, force: false, release: wishOf() })).rejects.toThrow(message);
});

test("a hard link is packed as the file that it is", async () => {
  const folder = folderOf({ a: "1" });
  linkSync(join(folder, "a"), join(folder, "b"));
  const out = join(temporaryFolder(), "a.pkg");
  const { files } = await pack({ folder, out, force: false, release: wishOf() });
  expect(files.map(({ path, size }) => [path, size])).toEqual([
    ["a", 1],
    ["b", 1],
  ]);
});

test("a version that is none is not packed", async () => {
  const packing = packed({ a: "" }, { app: "1.2" });
  await expect(packing).rejects.toMatchObject({
    code: "OPTIONS_INVALID",
    message: "app must be a version of SemVer 2.0.0",
  });
});

test("a root is baked into the application among its files, in their order, and never over one that is there", async () => {
  const root = new TextEncoder().encode('{"type":"root"}\n');
  const out = join(temporaryFolder(), "a.pkg");
  const { files } = await pack({
    folder: folderOf({ app: "a", zoo: "z" }),
    out,
    force: false,
    root,
    release: wishOf(),
  });
  expect(files.map(({ path }) => path)).toEqual(["app", "trust/root.json", "zoo"]);
  expect(files[1]).toMatchObject({ sha256: sha256(root), size: root.length, mode: "0644" });
  await signPackage(out, KEYS.release.slice(0, 2));
  expect(await verify(readFileSync(out))).toHaveProperty("accepted");
  for (const taken of ["trust/root.json", "Trust/root.json"]) {
    const packing = pack({ folder: folderOf({ [taken]: "" }), out, force: true, root, release: wishOf() });
    await expect(packing).rejects.toMatchObject({ code: "INPUT_MALFORMED" });
  }
});
