import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { type NativeDevice, nativeAnnouncer } from "../../../src/ota/dialect/native.ts";
import type { SignedFile } from "../../../src/ota/release/signature-file.ts";
import type { AnnouncerStep, DeviceFacts } from "../../../src/ota/update/announcer.ts";
import {
  bytesOf,
  date,
  KEYS,
  keyNamed,
  manifestOf,
  NOW,
  type RootWish,
  rootOf,
  sha256,
  signed,
  timestampOf,
} from "../release/publisher.ts";

const FACTS: DeviceFacts = { version: "2.4.0", release: 16, components: [], floor: 16, failed: [], kept: undefined };
const DEVICE = { device: { product: "gateway", platform: "linux-x64" }, root: bytesOf(rootOf()) };

/** Files of a repository with what signs them. */
function repository(files: Readonly<Record<string, SignedFile>>): Map<string, Uint8Array> {
  return new Map(
    Object.entries(files).flatMap(([name, { bytes, signature }]) => [
      [name, bytes],
      [`signatures/${sha256(bytes)}.sig`, signature],
    ]),
  );
}

function published(
  wish: Parameters<typeof manifestOf>[0] = {},
  keys = KEYS.release,
  version = 1,
): Map<string, Uint8Array> {
  const manifest = signed(manifestOf(wish), ...keys);
  return repository({
    "timestamp.json": signed(timestampOf(manifest, { version }), ...KEYS.timestamp),
    [`manifests/${sha256(manifest.bytes)}.json`]: manifest,
  });
}

/** The whole conversation: how it ends, and what was asked for. */
function talk(files: ReadonlyMap<string, Uint8Array>, facts = FACTS, now = NOW, device: NativeDevice = DEVICE) {
  const announcer = nativeAnnouncer(device);
  const asked: string[] = [];
  let step: AnnouncerStep = announcer.begin(facts);
  while (step.type === "ask") {
    if (step.ask.port === "wall") step = announcer.hear(step.state, { port: "wall", wall: Number(now / 1_000_000n) });
    else {
      const bytes = files.get(step.ask.name);
      asked.push(step.ask.name);
      const b64 = bytes === undefined ? undefined : Buffer.from(bytes).toString("base64");
      step = announcer.hear(step.state, { port: "metadata", b64 });
    }
  }
  return { step, asked };
}

describe("a device that asks a static repository", () => {
  test("is offered what is newer, with every file, and keeps what it has seen", () => {
    const { step, asked } = talk(published());
    expect(step).toMatchObject({
      type: "offer",
      offer: { release: 17, version: "2.4.1", components: [{ name: "app", files: [{ path: "app.js", mode: 0o644 }] }] },
    });
    expect(asked[0]).toBe("2.root.json");
    const kept = JSON.parse(step.type === "offer" ? (step.keep ?? "") : "");
    expect(kept.memory.timestamp).toMatchObject({ version: 1, release: 17 });
    expect(kept.memory.floor).toMatchObject({ release: 16 });
  });

  test("is offered nothing that runs already, or that was rolled back here, and fetches no manifest to find out", () => {
    for (const facts of [
      { ...FACTS, release: 17 },
      { ...FACTS, failed: [17] },
    ]) {
      const { step, asked } = talk(published(), facts);
      expect(step.type).toBe("nothing");
      expect(asked.filter((name) => name.startsWith("manifests/"))).toEqual([]);
    }
  });

  test("refuses what is older than what was confirmed, and what is not for it", () => {
    expect(talk(published({ release: 15 })).step).toMatchObject({ type: "refused", reason: "release-rollback" });
    expect(talk(published({ product: "other" })).step).toMatchObject({ reason: "wrong-product" });
    expect(talk(published({ compatible: ["rev-b"] })).step).toMatchObject({ reason: "wrong-device" });
    expect(talk(published({ app: "2.3.0" })).step).toMatchObject({ reason: "downgrade" });
  });

  test("refuses a release that the plug-ins of its own, which no update brings along, are not written for", () => {
    const plugins = [{ name: "pump-counter", abi: 3 }];
    const device = { ...DEVICE, device: { ...DEVICE.device, plugins } };
    expect(talk(published({ plugin_abi: 3 }), FACTS, NOW, device).step.type).toBe("offer");
    const { step, asked } = talk(published({ plugin_abi: 4 }), FACTS, NOW, device);
    expect(step).toMatchObject({ type: "refused", reason: "plugin-abi" });
    expect(asked.filter((name) => name.startsWith("objects/"))).toEqual([]);
  });

  test("notices a freeze a millisecond after the timestamp has run out, and not before", () => {
    const expires = date("2026-11-27T00:00:00Z");
    expect(talk(published(), FACTS, expires - 1_000_000n).step.type).toBe("offer");
    expect(talk(published(), FACTS, expires + 1_000_000n).step).toMatchObject({ reason: "timestamp-expired" });
  });

  test("walks to new keys, keeps the root that it came to, and takes nothing that the old keys sign", () => {
    const thieves = KEYS.release;
    const honest = ["new a", "new b", "new c"].map(keyNamed);
    const wish: RootWish = { version: 2, keys: { release: honest } };
    const files = repository({ "2.root.json": signed(rootOf(wish), ...KEYS.root) });
    const { step } = talk(new Map([...files, ...published({}, honest)]));
    expect(step.type).toBe("offer");
    const keep = step.type === "offer" ? step.keep : undefined;
    const later = talk(published({ release: 18 }, thieves, 2), { ...FACTS, kept: keep });
    expect(later.step).toMatchObject({ type: "refused", reason: "threshold-not-met" });
    expect(later.asked[0], "the kept root is where the walk goes on").toBe("3.root.json");
  });

  test("begins at the baked-in root where what it kept is damaged", () => {
    expect(talk(published(), { ...FACTS, kept: '{"root":"rot","memory":{},"releases":{}}' }).step.type).toBe("offer");
    expect(talk(published(), { ...FACTS, kept: "rot" }).step.type).toBe("offer");
    const older = { ...FACTS, release: 18, floor: 18, kept: "rot" };
    expect(talk(published(), older).step, "the floor is the journal's").toMatchObject({ reason: "release-rollback" });
  });

  test("says what is missing", () => {
    expect(talk(new Map()).step).toMatchObject({ type: "refused", reason: "timestamp-missing" });
    const files = published();
    for (const name of files.keys()) if (name.startsWith("signatures/")) files.delete(name);
    expect(talk(files).step).toMatchObject({ type: "refused", reason: "signature-missing" });
  });
});
