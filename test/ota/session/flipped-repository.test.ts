import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/bytes/json.ts";
import { ModelDisk } from "../../../src/ota/crash/model-disk.ts";
import { runModelSession } from "../../../src/ota/crash/model-session.ts";
import { announces } from "../../../src/ota/crash/sample-releases.ts";
import { offerOf } from "../../../src/ota/dialect/offer-of.ts";
import type { Manifest } from "../../../src/ota/release/manifest.ts";
import type { SignedFile } from "../../../src/ota/release/signature-file.ts";
import { type DeviceFile, parsePolicy } from "../../../src/ota/session/schema.ts";
import { UpdateWorld } from "../../../src/ota/session/update-world.ts";
import { updater } from "../../../src/ota/update/updater.ts";
import { DEFAULT_POLICY } from "../../../src/ota/update/updater-talk.ts";
import { seconds, ZERO } from "../../../src/time/nanos.ts";
import { bytesOf, KEYS, manifestOf, NOW, rootOf, sha256, signed, timestampOf } from "../release/publisher.ts";

const keys = { root: KEYS.root.slice(0, 1), release: KEYS.release.slice(0, 1), timestamp: KEYS.timestamp };
const root = rootOf({ keys });
const compact = (value: object): Uint8Array => Buffer.from(JSON.stringify(value));

/** A release of these files, and each of its objects. */
function release(number: number, contents: Readonly<Record<string, string>>) {
  const files = Object.entries(contents).map(([path, content]) => {
    return { path, sha256: sha256(Buffer.from(content)), size: content.length, mode: "0644" as const };
  });
  const manifest: Manifest = manifestOf({ app: `${number}.0.0`, release: number, files });
  const objects = new Map(
    Object.values(contents).map((content) => [sha256(Buffer.from(content)), Buffer.from(content)]),
  );
  return { manifest, objects };
}

/** Everything that a device fetches of a repository: the next root, the timestamp, the manifest, what signs them, the payload. */
function repository(): Map<string, Uint8Array> {
  const { manifest, objects } = release(2, { "app.js": "hello, field", "lib/part.js": "another part" });
  const signedManifest = signed(compact(manifest), ...keys.release);
  const named: Record<string, SignedFile> = {
    "2.root.json": signed(compact({ ...root, version: 2 }), ...keys.root),
    "timestamp.json": signed(compact(timestampOf(signedManifest)), ...keys.timestamp),
    [`manifests/${sha256(signedManifest.bytes)}.json`]: signedManifest,
  };
  const files = new Map<string, Uint8Array>();
  for (const [name, { bytes, signature }] of Object.entries(named))
    files.set(name, bytes).set(`signatures/${sha256(bytes)}.sig`, signature);
  for (const [name, bytes] of objects) files.set(`objects/${name}`, bytes);
  return files;
}

/** A device that has the first release. */
function installed(): ModelDisk {
  const { manifest, objects } = release(1, { "app.js": "the first one" });
  const disk = ModelDisk.empty();
  const offer = offerOf(manifest, sha256(bytesOf(manifest)));
  const world = { contents: objects, healthy: () => true };
  const config = { command: { name: "install", offer }, policy: DEFAULT_POLICY } as const;
  expect(runModelSession(updater(announces(offer)), config, { disk, world })).toMatchObject({ outcome: "committed" });
  return disk;
}

function device(): DeviceFile {
  const parsed = parsePolicy({});
  if (!("value" in parsed)) throw new Error("an empty policy is a good one");
  const text = Buffer.from(bytesOf(root)).toString();
  return { schema: 1, product: "gateway", platform: "linux-x64", root: text, policy: parsed.value };
}

/** How an update from these files ended, in virtual time. */
function updated(disk: ModelDisk, files: ReadonlyMap<string, Uint8Array>): JsonObject {
  const given = { device: device(), command: { name: "update" }, location: "" } as const;
  const wall = Number(NOW / 1_000_000n);
  const world = new UpdateWorld({ given, disk, files, wall, healthy: true, faults: [], seed: 1, beginsAt: ZERO });
  const said = world.advance(seconds(100_000)).map(({ value }) => value as JsonObject);
  return said.find(({ type }) => type === "end") ?? {};
}

/** With another file under that name; what signed the one before goes along, where it will be looked for. */
function tampered(files: ReadonlyMap<string, Uint8Array>, name: string, bytes: Uint8Array): Map<string, Uint8Array> {
  const signature = files.get(`signatures/${sha256(files.get(name)!)}.sig`);
  const other = new Map(files).set(name, bytes);
  return signature === undefined ? other : other.set(`signatures/${sha256(bytes)}.sig`, signature);
}

/** What a program would find. */
const standing = (disk: ModelDisk): unknown => [
  disk.at("current"),
  disk.filesBelow("versions"),
  disk.filesBelow("trees"),
];

test("every flipped byte of all that a device fetches is refused with its reason, and what is installed stays, to the bit", () => {
  const [first, files] = [installed(), repository()];
  const before = standing(first);
  expect(updated(first.clone(), files)).toMatchObject({ outcome: "unconfirmed" });
  const reasons = new Map<string, number>();
  for (const [name, bytes] of files) {
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = Uint8Array.from(bytes);
      flipped[at]! ^= 1 << (at % 8);
      const disk = first.clone();
      const { outcome, reason } = updated(disk, tampered(files, name, flipped));
      if (outcome !== "refused" && outcome !== "failed") throw new Error(`byte ${at} of ${name}: ${outcome}`);
      expect(standing(disk), `byte ${at} of ${name}`).toEqual(before);
      reasons.set(String(reason), (reasons.get(String(reason)) ?? 0) + 1);
    }
  }
  expect([...reasons.keys()].toSorted()).toEqual([
    "digest",
    "manifest-not-pinned",
    "signature-malformed",
    "threshold-not-met",
  ]);
}, 300_000);
