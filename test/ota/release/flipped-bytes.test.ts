import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import { topPieces } from "../../../src/ota/release/pack.ts";
import type { SignedFile } from "../../../src/ota/release/signature-file.ts";
import { acceptTimestamp } from "../../../src/ota/release/trust.ts";
import { manifestFor, packed, verify } from "./packages.ts";
import { KEYS, rootOf, signed, timestampOf } from "./publisher.ts";
import { session } from "./session.ts";

// One key a role: each flipped byte of a signed file costs as many verifications as there are keys, and tweetnacl is slow.
const [rootKey, releaseKey, time] = [KEYS.root[0]!, KEYS.release[0]!, KEYS.timestamp[0]!];
const root = rootOf({ keys: { root: [rootKey], release: [releaseKey] } });
const FILES = { "app.js": "hello, field", "empty.txt": "", "run.sh": "#!/bin/sh\n" };
const manifest = signed(
  Buffer.from(JSON.stringify(JSON.parse(Buffer.from(manifestFor(FILES).bytes).toString()))),
  releaseKey,
);

/** The same bytes with one of them changed: each in its turn, by another bit each time. */
function* flips(bytes: Uint8Array): Generator<readonly [at: number, flipped: Uint8Array]> {
  for (let at = 0; at < bytes.length; at++) {
    const flipped = Uint8Array.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
    yield [at, flipped];
  }
}

/** Every flip of a signed file and of its signature file is refused; the reasons that were given. */
function refusals(file: SignedFile, take: (file: SignedFile) => object): string[] {
  const reasons = new Set<string>();
  const hear = (what: string, at: number, verdict: object): void => {
    if (!("refused" in verdict)) throw new Error(`byte ${at} of the ${what} was changed, and nobody noticed`);
    reasons.add((verdict.refused as { reason: string }).reason);
  };
  expect(take(file)).toHaveProperty("accepted");
  for (const [at, bytes] of flips(file.bytes)) hear("file", at, take({ ...file, bytes }));
  for (const [at, signature] of flips(file.signature)) hear("signature", at, take({ ...file, signature }));
  return [...reasons].toSorted();
}

test("every flipped byte of the timestamp and of its signatures is refused", () => {
  const trust = session({ root });
  const timestamp = signed(Buffer.from(JSON.stringify(timestampOf(manifest))), time);
  const reasons = refusals(timestamp, (file) => acceptTimestamp(trust, file));
  expect(reasons).toEqual(["signature-malformed", "threshold-not-met"]);
}, 300_000);

test("every flipped byte of a package is refused: of manifest, signature, payload and of what is around them", async () => {
  const trust = session({ root });
  const unsigned = await packed(FILES);
  const top = topPieces(manifest.bytes, manifest.signature);
  const [bytes, signature] = [Buffer.concat(top), topPieces(manifestBytes(unsigned), Buffer.from("[]\n"))];
  const payload = unsigned.subarray(Buffer.concat(signature).length);
  const whole = Buffer.concat([bytes, payload]);
  expect(await verify(whole, { trust })).toHaveProperty("accepted");
  const reasons = new Set<string>();
  for (const [at, flipped] of flips(whole)) {
    let closed = 0;
    const sink = {
      open: async () => ({ write: async () => {}, close: async () => void closed++, discard: async () => {} }),
    };
    const verdict = await verify(flipped, { trust, sink });
    if ("accepted" in verdict) throw new Error(`byte ${at} was changed, and nobody noticed`);
    reasons.add(verdict.refused.reason);
    // Nothing of the payload is given on while manifest or signature are not good.
    if (at < bytes.length) expect(closed).toBe(0);
  }
  expect([...reasons].toSorted()).toEqual([
    "file-differs",
    "package-malformed",
    "signature-malformed",
    "threshold-not-met",
  ]);
}, 300_000);

/** The manifest in a package, by the size in its header. */
function manifestBytes(bytes: Uint8Array): Uint8Array {
  const size = Number.parseInt(Buffer.from(bytes.subarray(124, 135)).toString(), 8);
  return bytes.subarray(512, 512 + size);
}
