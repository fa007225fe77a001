import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type BundleManifest, encodeManifest } from "../../src/bundle/bundle-manifest.ts";
import { importBundle, openBundle } from "../../src/bundle/open-bundle.ts";
import { sha256Hex } from "../../src/bytes/sha256.ts";
import { bundleSigner, signatureCheck } from "../../src/cli/bundle/bundle-keys.ts";
import { createKeyFile, encodePublicKey } from "../../src/ota/release/key-file.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { bundledCase, never, VERSIONS } from "./bundling.ts";
import { type HandMade, handMadeZip } from "./zip/hand-made-zip.ts";

const open = { check: undefined, identities: [], signal: never };
const LOG = { path: "logs/a.jsonl", kind: "log", size: 5, sha256: sha256Hex(Buffer.from("a log")) } as const;
const MANIFEST: BundleManifest = { type: "bundle", schema: 1, versions: VERSIONS, tapes: [], files: [LOG] };

const FILE: HandMade = { name: LOG.path, data: "a log" };
const sealed = (manifest: unknown): HandMade => ({ name: "manifest.json", data: `${JSON.stringify(manifest)}\n` });
const GOOD = [FILE, sealed(MANIFEST)];

/** Refused, and nothing is left: neither the folder nor what it was made in. */
async function refused(entries: readonly HandMade[] | Buffer, words: RegExp): Promise<void> {
  const folder = temporaryFolder();
  const zip = join(folder, "a.zip");
  writeFileSync(zip, Buffer.isBuffer(entries) ? entries : handMadeZip(entries));
  const importing = importBundle(zip, join(folder, "in"), open);
  await expect(importing).rejects.toMatchObject({ code: "INPUT_MALFORMED", message: expect.stringMatching(words) });
  expect(readdirSync(folder)).toEqual(["a.zip"]);
  await expect(openBundle(zip, open)).rejects.toMatchObject({ code: "INPUT_MALFORMED" });
}

test("a bundle made by hand is imported", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "a.zip"), handMadeZip(GOOD));
  await importBundle(join(folder, "a.zip"), join(folder, "in"), open);
  expect(readFileSync(join(folder, "in", LOG.path), "utf8")).toBe("a log");
});

describe("what the manifest says is held against what is there", () => {
  test.each<[string, readonly HandMade[], RegExp]>([
    ["no manifest", [FILE], /no bundle/],
    ["a file that it does not name", [...GOOD, { name: "extra.sh" }], /does not name/],
    ["a file that is not there", [sealed(MANIFEST)], /lacks/],
    ["a file of another size", [{ ...FILE, data: "a longer log" }, sealed(MANIFEST)], /another size/],
    ["a file of other bytes", [{ ...FILE, data: "b log" }, sealed(MANIFEST)], /not what its manifest says/],
    ["no JSON", [FILE, { name: "manifest.json", data: "{" }], /manifest\.json: it is no JSON/],
    ["another type of file", [FILE, sealed({ ...MANIFEST, type: "root" })], /is no bundle's manifest/],
    ["a schema to come", [FILE, sealed({ ...MANIFEST, schema: 2 })], /schema 1 only/],
    [
      "a member that nobody knows",
      [FILE, sealed({ ...MANIFEST, run: "rm -rf /" })],
      /run is no key of a bundle's manifest/,
    ],
    ["a name that leads elsewhere", [FILE, sealed({ ...MANIFEST, files: [{ ...LOG, path: "../a" }] })], /has "\.\."/],
    ["itself as a file", [FILE, sealed({ ...MANIFEST, files: [LOG, { ...LOG, path: "Manifest.json" }] })], /two files/],
    ["a tape that is a log", [FILE, sealed({ ...MANIFEST, tapes: [{ path: LOG.path }] })], /there is no tape/],
    ["more than may be", [FILE, sealed({ ...MANIFEST, files: [{ ...LOG, size: 2 ** 50 }] })], /size must be at most/],
  ])("%s", (_, entries, words) => refused(entries, words));
});

describe("the zip itself", () => {
  test.each<[string, readonly HandMade[], RegExp]>([
    ["a link", [...GOOD, { name: "link", mode: 0o120777, data: "/etc/passwd" }], /is a link/],
    ["a way out", [...GOOD, { name: "../../out", data: "x" }], /has "\.\."/],
    ["two names for one file", [...GOOD, { name: "LOGS/A.jsonl" }], /there twice/],
    ["a bomb", [...GOOD, { name: "zeros", method: 8, data: Buffer.alloc(70 * 2 ** 20) }], /times its size/],
    ["an encrypted entry", [...GOOD, { name: "x", flags: 0x801 }], /encrypted/],
  ])("%s", (_, entries, words) => refused(entries, words));

  test("a cut one, and what is none", async () => {
    await refused(handMadeZip(GOOD).subarray(0, -30), /does not end/);
    await refused(Buffer.from("%PDF-1.7 no bundle"), /does not end/);
  });
});

test("what came with a bundle must stay as it was in the folder; what is added does not matter", async () => {
  const folder = temporaryFolder();
  const into = join(folder, "in");
  await bundledCase("nmea/receiver", join(folder, "a.zip"));
  await importBundle(join(folder, "a.zip"), into, open);
  writeFileSync(join(into, "notes.txt"), "my own");
  await using opened = await openBundle(into, open);
  expect(opened.manifest.tapes).toHaveLength(1);
  writeFileSync(join(into, "traces/tape.tape.jsonl"), "{}\n");
  await expect(openBundle(into, open)).rejects.toMatchObject({ code: "INPUT_MALFORMED" });
  await expect(openBundle(folder, open)).rejects.toMatchObject({ code: "INPUT_MISSING" });
});

describe("a signed bundle", () => {
  async function keys(folder: string): Promise<{ readonly secret: string; readonly known: string }[]> {
    return [1, 2].map((seed) => {
      const random = (length: number): Uint8Array => new Uint8Array(length).fill(seed);
      const { text, known } = createKeyFile({ random });
      const [secret, open] = [join(folder, `${seed}.key`), join(folder, `${seed}.pub`)];
      writeFileSync(secret, text, { mode: 0o600 });
      writeFileSync(open, encodePublicKey(known));
      return { secret, known: open };
    });
  }

  test("is opened by whoever trusts its key, and by nobody who trusts another one", async () => {
    const folder = temporaryFolder();
    const zip = join(folder, "a.zip");
    const [mine, other] = await keys(folder);
    await bundledCase("nmea/receiver", zip, { sign: await bundleSigner([mine!.secret]) });
    const check = await signatureCheck([other!.known, mine!.known]);
    await using opened = await openBundle(zip, { ...open, check });
    expect(opened.signature).toBeDefined();
    const wrong = { ...open, check: await signatureCheck([other!.known]) };
    const importing = importBundle(zip, join(folder, "in"), wrong);
    await expect(importing).rejects.toThrow("none of these keys");
    expect(existsSync(join(folder, "in"))).toBe(false);
  });

  test("is not asked what its manifest says before it is known who signed it", async () => {
    const folder = temporaryFolder();
    const zip = join(folder, "a.zip");
    const [mine] = await keys(folder);
    const signature = (await bundleSigner([mine!.secret]))!(encodeManifest(MANIFEST));
    const changed = { ...MANIFEST, files: [] };
    const check = await signatureCheck([mine!.known]);
    for (const entries of [
      [sealed(changed), { name: "manifest.sig", data: Buffer.from(signature) }],
      [sealed("no manifest at all")],
    ]) {
      writeFileSync(zip, handMadeZip(entries));
      await expect(openBundle(zip, { ...open, check })).rejects.toThrow("not to be trusted");
    }
  });
});
