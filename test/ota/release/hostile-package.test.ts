import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { collidingPath, pathProblem } from "../../../src/bytes/portable-path.ts";
import { encodeEntry } from "../../../src/ota/release/ustar.ts";
import { verifyPackage } from "../../../src/ota/release/verify-package.ts";
import { type ForeignEntry, foreignPackage, manifestFor, refusalOf } from "./packages.ts";
import { KEYS, manifestOf, signed } from "./publisher.ts";
import { session } from "./session.ts";

const FILES = { "a.js": "aaa", "b.js": "bbb" };
const honest: readonly ForeignEntry[] = [
  { name: "payload/a.js", content: "aaa" },
  { name: "payload/b.js", content: "bbb" },
];

/** The package with this entry where the second file should begin. */
const withSecond = (...entries: ForeignEntry[]) => foreignPackage(manifestFor(FILES), [honest[0]!, ...entries]);

describe("an archive is refused at the entry that no package may hold", () => {
  test.each([
    ["leads out", { name: "payload/../../etc/passwd", content: "x" }, 'has ".."'],
    ["is absolute", { name: "payload//etc/passwd", content: "x" }, "is absolute"],
    ["has a backslash", { name: "payload/..\\evil", content: "x" }, "has a backslash"],
    ["has a colon", { name: "payload/c:evil", content: "x" }, 'has one of < > : " | ? *'],
    ["is a symbolic link", { name: "payload/b.js", type: "symlink", linkname: "/etc/passwd" }, "is a symbolic link"],
    ["is a hard link", { name: "payload/b.js", type: "link", linkname: "payload/a.js" }, "is a hard link"],
    ["is a device", { name: "payload/b.js", type: "character-device" }, "is a character device"],
    ["is a block device", { name: "payload/b.js", type: "block-device" }, "is a block device"],
    ["is a pipe", { name: "payload/b.js", type: "fifo" }, "is a pipe"],
    ["is a folder", { name: "payload/sub/", type: "directory" }, "is a folder"],
  ] satisfies [string, ForeignEntry, string][])("that %s", async (_name, entry, message) => {
    expect(await refusalOf(await withSecond(entry))).toMatchObject({ reason: "entry-unsafe", message });
  });

  test("that the manifest does not name", async () => {
    const entry = { name: "payload/extra.js", content: "x" };
    expect(await refusalOf(await withSecond(entry))).toEqual({ reason: "entry-unexpected", path: "extra.js" });
    const after = await foreignPackage(manifestFor(FILES), [...honest, entry]);
    expect(await refusalOf(after)).toEqual({ reason: "entry-unexpected", path: "extra.js" });
    const beside = await foreignPackage(manifestFor(FILES), [...honest, { name: "extra.js", content: "x" }]);
    expect(await refusalOf(beside)).toEqual({ reason: "entry-unexpected", path: "extra.js" });
  });

  test("that is there already, also in other letters", async () => {
    expect(await refusalOf(await withSecond(honest[0]!))).toEqual({ reason: "entry-repeated", path: "a.js" });
    const shouted = { name: "payload/A.JS", content: "aaa" };
    expect(await refusalOf(await withSecond(shouted))).toEqual({ reason: "entry-repeated", path: "A.JS" });
  });

  test("that comes in the place of one that is missing", async () => {
    const swapped = await foreignPackage(manifestFor(FILES), honest.toReversed());
    expect(await refusalOf(swapped)).toEqual({ reason: "entry-missing", path: "a.js" });
    expect(await refusalOf(await withSecond())).toEqual({ reason: "entry-missing", path: "b.js" });
  });

  test("that is larger, or executable where it should not be", async () => {
    const larger = { name: "payload/b.js", content: "bbbb" };
    expect(await refusalOf(await withSecond(larger))).toEqual({
      reason: "file-differs",
      path: "b.js",
      differs: "size",
    });
    const program = { name: "payload/b.js", content: "bbb", mode: 0o755 };
    expect(await refusalOf(await withSecond(program))).toEqual({
      reason: "file-differs",
      path: "b.js",
      differs: "mode",
    });
    const setuid = { name: "payload/b.js", content: "bbb", mode: 0o4644 };
    expect(await refusalOf(await withSecond(setuid))).toMatchObject({ differs: "mode" });
  });

  test("that is a file of equal size in another's place: content is bound to its path", async () => {
    const swapped = await foreignPackage(manifestFor(FILES), [
      { name: "payload/a.js", content: "bbb" },
      { name: "payload/b.js", content: "aaa" },
    ]);
    expect(await refusalOf(swapped)).toEqual({ reason: "file-differs", path: "a.js", differs: "sha256" });
  });
});

describe("a manifest that names what no device may have is refused, although it is signed", () => {
  test.each([
    "../evil",
    "a/../../b",
    "/etc/passwd",
    "a//b",
    "./a",
    "a/.",
    "a\\b",
    "a\0b",
    "a\nb",
    "C:evil",
    "a?",
    "plugins/NUL",
    "con.js",
    "com1.txt",
    "a.",
    "a /b",
    "",
    "\ud800",
    `${"x".repeat(256)}`,
    `${"x/".repeat(600)}y`,
  ])("%j", async (path) => {
    expect(pathProblem(path)).toBeDefined();
    const refusal = await refusalOf(await foreignPackage(manifestFor({ [path]: "x" }), []));
    expect(refusal).toMatchObject({ reason: "malformed", where: "files.0.path" });
  });

  test.each([
    [["a", "A"]],
    [["straße", "STRASSE"]],
    [["\u00e9", "e\u0301"]],
    [["Dir/x", "dir/X"]],
    [["a", "a/b"]],
    [["a/b/c", "A/B"]],
    [["a", "a"]],
  ])("%j side by side", async (paths) => {
    expect(collidingPath(paths)).toBe(paths[1]);
    const files = paths.map((path) => ({ path, sha256: "0".repeat(64), size: 0, mode: "0644" as const }));
    const refusal = await refusalOf(await foreignPackage(manifestFor({}, { files }), []));
    expect(refusal).toMatchObject({ reason: "malformed", where: "files" });
  });

  test.each([
    ["a mode that would be set-user-id", { mode: "4755" }, "files.0.mode"],
    ["a negative size", { size: -1 }, "files.0.size"],
    ["a size that is no whole number", { size: 0.5 }, "files.0.size"],
    ["a digest in capitals", { sha256: "A".repeat(64) }, "files.0.sha256"],
  ])("%s", async (_name, wish, where) => {
    const file = { path: "a", sha256: "0".repeat(64), size: 0, mode: "0644", ...wish };
    const refusal = await refusalOf(await foreignPackage(manifestFor({}, { files: [file as never] }), []));
    expect(refusal).toMatchObject({ reason: "malformed", where });
  });

  test("a schema to come", async () => {
    const manifest = manifestFor(FILES, { schema: 2 as never });
    expect(await refusalOf(await foreignPackage(manifest, []))).toEqual({
      reason: "schema-unknown",
      file: "manifest",
      schema: "2",
    });
  });

  test.each([
    [20_001, { reason: "malformed", where: "files" }],
    [1_000_000, { reason: "package-too-large", what: "manifest.json", limit: 5_000_000 }],
  ])("%i files", async (count, refusal) => {
    const file = { path: "", sha256: "0".repeat(64), size: 0, mode: "0644" };
    const files = Array.from({ length: count }, (_, index) => ({ ...file, path: `f${index}` }));
    const manifest = signed(Buffer.from(JSON.stringify({ ...manifestOf(), files })), ...KEYS.release);
    expect(await refusalOf(await foreignPackage(manifest, []))).toMatchObject(refusal);
  });
});

/** Verifies a stream without end; says why it was refused and how many bytes were taken of it. */
async function endless(...beginning: readonly Uint8Array[]) {
  let taken = 0;
  let closed = false;
  async function* chunks() {
    try {
      for (const piece of beginning) {
        taken += piece.length;
        yield piece;
      }
      const block = new Uint8Array(65_536).fill(0x78);
      for (;;) {
        taken += block.length;
        yield block;
      }
    } finally {
      closed = true;
    }
  }
  const verdict = await verifyPackage(chunks(), { trust: session() });
  return { refused: "refused" in verdict ? verdict.refused : undefined, taken, closed };
}

describe("a package without end is left after few bytes", () => {
  test("a manifest of a gigabyte is refused by its header", async () => {
    const { refused, taken, closed } = await endless(
      encodeEntry({ path: "manifest.json", size: 2 ** 30, mode: 0o644 }),
    );
    expect(refused).toEqual({ reason: "package-too-large", what: "manifest.json", limit: 5_000_000 });
    expect(taken).toBeLessThanOrEqual(512 + 65_536);
    expect(closed).toBe(true);
  });

  test("a gzip bomb is not unpacked", async () => {
    const { refused, taken } = await endless(gzipSync(Buffer.alloc(10_000_000)));
    expect(refused).toEqual({ reason: "package-malformed", message: "is compressed" });
    expect(taken).toBeLessThanOrEqual(65_536);
  });

  test("bytes that are no archive are refused at the first block", async () => {
    expect((await endless()).refused).toMatchObject({ reason: "package-malformed" });
  });

  test("a million entries: the first that does not belong ends it", async () => {
    const top = await foreignPackage(manifestFor(FILES), honest);
    const entry = encodeEntry({ path: "payload/c.js", size: 0, mode: 0o644 });
    const { refused, taken } = await endless(top.subarray(0, top.length - 1024), entry);
    expect(refused).toEqual({ reason: "entry-unexpected", path: "c.js" });
    expect(taken).toBeLessThanOrEqual(top.length + 2 * 65_536);
  });

  test("what goes on after the end is refused", async () => {
    const { refused } = await endless(await foreignPackage(manifestFor(FILES), honest));
    expect(refused).toMatchObject({ reason: "package-malformed" });
  });
});

test("a package that ends anywhere before its end is refused", async () => {
  const bytes = await foreignPackage(manifestFor(FILES), honest);
  for (let length = 0; length < bytes.length; length += 97) {
    const { reason } = await refusalOf(bytes.subarray(0, length));
    expect(reason).toBe("package-malformed");
  }
});
