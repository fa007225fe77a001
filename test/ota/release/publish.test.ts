import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Manifest } from "../../../src/ota/release/manifest.ts";
import { publish } from "../../../src/ota/release/publish.ts";
import { readSigned } from "../../../src/ota/release/repository-file.ts";
import { manifestPath, objectPath, rootPath, TIMESTAMP_PATH } from "../../../src/ota/release/repository-path.ts";
import type { Root } from "../../../src/ota/release/root.ts";
import { signPackage } from "../../../src/ota/release/sign-package.ts";
import { acceptPinnedManifest, acceptTimestamp, type Trust } from "../../../src/ota/release/trust.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { type Files, packed } from "./packages.ts";
import { KEYS, keyNamed, NOW, rootOf, sha256, signed } from "./publisher.ts";
import { accepted, session, walk } from "./session.ts";

const DAY = 86_400_000_000_000n;
const FILES = { "app.js": "hello", "lib.js": "library" };

async function signedPackage(files: Files, wish: Partial<Manifest> = {}, keys = KEYS.release): Promise<string> {
  const path = join(temporaryFolder(), "a.pkg");
  writeFileSync(path, await packed(files, wish));
  accepted(await signPackage(path, keys));
  return path;
}

interface Wish {
  readonly root?: Root;
  readonly now?: bigint;
  readonly timestampKey?: (typeof KEYS.timestamp)[number];
}

const publishing = (path: string, repository: string, { root = rootOf(), now = NOW, timestampKey }: Wish = {}) =>
  publish({
    package: path,
    repository,
    trust: session({ root, now }),
    root: signed(root, ...KEYS.root),
    timestampKeys: [timestampKey ?? KEYS.timestamp[0]!],
    goodFor: 7n * DAY,
  });

/** What a device finds that trusts the first root and walks through those that follow. */
async function visit(repository: string, trust: Trust = session()): Promise<Manifest> {
  let walked = trust;
  for (let version = trust.root.version + 1; ; version++) {
    const next = await readSigned(repository, rootPath(version), 512_000);
    if (next === undefined) break;
    walked = walk(walked, next);
  }
  const heard = accepted(acceptTimestamp(walked, (await readSigned(repository, TIMESTAMP_PATH, 16_384))!));
  const named = manifestPath(heard.timestamp!.manifest.sha256);
  return accepted(acceptPinnedManifest(heard, (await readSigned(repository, named, 5_000_000))!));
}

test("a device finds what was published, with every object under its digest", async () => {
  const repository = temporaryFolder();
  accepted(await publishing(await signedPackage(FILES), repository));
  const { files } = await visit(repository);
  for (const file of files) expect(sha256(readFileSync(join(repository, objectPath(file.sha256))))).toBe(file.sha256);
  expect(readdirSync(repository).toSorted()).toEqual([
    "1.root.json",
    "manifests",
    "objects",
    "signatures",
    "timestamp.json",
  ]);
});

test("until the timestamp is switched devices see the release before, and publishing again completes it", async () => {
  const repository = temporaryFolder();
  accepted(await publishing(await signedPackage(FILES), repository));
  const before = readFileSync(join(repository, TIMESTAMP_PATH));
  const next = await signedPackage({ ...FILES, "app.js": "hello again" }, { release: 18, app: "2.4.2" });
  // A folder in the place of the file that is to become the timestamp: everything else is written, and the switch is not.
  const obstacle = join(repository, `${TIMESTAMP_PATH}.partial`);
  mkdirSync(obstacle);
  await expect(publishing(next, repository)).rejects.toMatchObject({ code: "OUTPUT_FAILED" });
  expect(readFileSync(join(repository, TIMESTAMP_PATH))).toEqual(before);
  expect((await visit(repository)).release).toBe(17);
  rmdirSync(obstacle);
  accepted(await publishing(next, repository));
  expect((await visit(repository)).release).toBe(18);
  expect(readdirSync(repository, { recursive: true }).some((name) => name.toString().endsWith(".partial"))).toBe(false);
});

test("publishing the same again renews the timestamp and touches nothing else", async () => {
  const repository = temporaryFolder();
  const path = await signedPackage(FILES);
  accepted(await publishing(path, repository));
  const object = join(repository, objectPath(sha256(new TextEncoder().encode("hello"))));
  utimesSync(object, 1000, 1000);
  const renewed = accepted(await publishing(path, repository, { now: NOW + DAY }));
  expect(renewed.timestamp).toMatchObject({
    version: 2,
    issued: "2026-11-22T12:00:00.000Z",
    expires: "2026-11-29T12:00:00.000Z",
  });
  expect(statSync(object).mtimeMs).toBe(1_000_000);
});

test("an object that the disk has damaged is written anew", async () => {
  const repository = temporaryFolder();
  const path = await signedPackage(FILES);
  accepted(await publishing(path, repository));
  const object = join(repository, objectPath(sha256(new TextEncoder().encode("hello"))));
  writeFileSync(object, "hellO");
  accepted(await publishing(path, repository));
  expect(readFileSync(object, "utf8")).toBe("hello");
});

test("an older release is refused, and another one of the same number", async () => {
  const repository = temporaryFolder();
  accepted(await publishing(await signedPackage(FILES), repository));
  const older = await publishing(await signedPackage(FILES, { release: 16 }), repository);
  expect(older).toEqual({ refused: { reason: "release-rollback", release: 16, floor: 17 } });
  const other = await publishing(await signedPackage(FILES, { notes: "other" }), repository);
  expect(other).toEqual({ refused: { reason: "release-forked", release: 17 } });
  expect((await visit(repository)).notes).toBe("");
});

test("a package that is not signed enough, or is damaged, leaves the repository as it was", async () => {
  const repository = join(temporaryFolder(), "repo");
  const unsigned = await publishing(await signedPackage(FILES, {}, [KEYS.release[0]!]), repository);
  expect(unsigned).toMatchObject({ refused: { reason: "threshold-not-met" } });
  expect(existsSync(repository)).toBe(false);
  mkdirSync(repository);
  const path = await signedPackage({ "app.js": "hello" });
  const bytes = readFileSync(path);
  bytes[bytes.lastIndexOf("hello")] = 0x48;
  writeFileSync(path, bytes);
  expect(await publishing(path, repository)).toMatchObject({ refused: { reason: "file-differs" } });
  expect(readdirSync(repository, { recursive: true })).toEqual(["objects"]);
});

test("a timestamp that no device would take is not published", async () => {
  const repository = temporaryFolder();
  const path = await signedPackage(FILES);
  const stranger = await publishing(path, repository, { timestampKey: keyNamed("stranger") });
  expect(stranger).toMatchObject({ refused: { reason: "threshold-not-met", file: "timestamp" } });
  const expired = await publishing(path, repository, { root: rootOf({ expires: "2026-01-01T00:00:00Z" }) });
  expect(expired).toMatchObject({ refused: { reason: "root-expired" } });
  expect(existsSync(join(repository, TIMESTAMP_PATH))).toBe(false);
});

test("after a rotation devices that trust the first root walk to the second and find the release", async () => {
  const repository = temporaryFolder();
  accepted(await publishing(await signedPackage(FILES), repository));
  const fresh = [keyNamed("release d"), keyNamed("release e")];
  const time = keyNamed("timestamp b");
  const second = rootOf({ version: 2, keys: { release: fresh, timestamp: [time] } });
  const path = await signedPackage(FILES, { release: 18 }, fresh);
  accepted(await publishing(path, repository, { root: second, timestampKey: time }));
  expect((await visit(repository)).release).toBe(18);
});

test("after a rotation nothing is published under the root that devices have left", async () => {
  const repository = temporaryFolder();
  accepted(await publishing(await signedPackage(FILES), repository));
  const time = keyNamed("timestamp b");
  const second = rootOf({ version: 2, keys: { timestamp: [time] } });
  accepted(
    await publishing(await signedPackage(FILES, { release: 18 }), repository, { root: second, timestampKey: time }),
  );
  const before = readFileSync(join(repository, TIMESTAMP_PATH));
  const stale = await publishing(await signedPackage(FILES, { release: 19 }), repository);
  expect(stale).toEqual({ refused: { reason: "root-not-next", expected: 2, found: 1 } });
  expect(readFileSync(join(repository, TIMESTAMP_PATH)).equals(before)).toBe(true);
  expect((await visit(repository)).release).toBe(18);
});

test("a root that devices could not walk to is not published", async () => {
  const repository = temporaryFolder();
  accepted(await publishing(await signedPackage(FILES), repository));
  const strangers = rootOf({ version: 2, keys: { root: [keyNamed("x"), keyNamed("y")] } });
  const path = await signedPackage(FILES, { release: 18 });
  const cut = await publish({
    package: path,
    repository,
    trust: session({ root: strangers }),
    root: signed(strangers, keyNamed("x"), keyNamed("y")),
    timestampKeys: KEYS.timestamp,
    goodFor: DAY,
  });
  expect(cut).toMatchObject({ refused: { reason: "threshold-not-met", file: "root", valid: 0 } });
});

test("two publishers at once: one publishes, the other is told who is at work and changes nothing", async () => {
  const repository = join(temporaryFolder(), "repo");
  const packages = [await signedPackage(FILES), await signedPackage({ "app.js": "two" }, { release: 18 })];
  const both = await Promise.allSettled(packages.map((path) => publishing(path, repository)));
  const loser = both.find(({ status }) => status === "rejected");
  expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect(loser).toMatchObject({ reason: { message: expect.stringContaining("another publisher is at work") } });
  expect(existsSync(join(repository, "publish.lock"))).toBe(false);
  expect((await visit(repository)).release).toBe(both[0] === loser ? 18 : 17);
  accepted(await publishing(packages[1]!, repository));
  expect((await visit(repository)).release).toBe(18);
});
