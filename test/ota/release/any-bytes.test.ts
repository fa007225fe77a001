import { Buffer } from "node:buffer";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { fc, test as property } from "@fast-check/vitest";
import tar from "tar-stream";
import { expect } from "vitest";
import { pathProblem } from "../../../src/bytes/portable-path.ts";
import { MANIFEST_FILE, parseKeyFile, ROOT_FILE, TIMESTAMP_FILE } from "../../../src/ota/release/schema.ts";
import { acceptManifest, acceptRoot, acceptTimestamp, beginTrust } from "../../../src/ota/release/trust.ts";
import { END_OF_ARCHIVE, encodeEntry, paddingOf } from "../../../src/ota/release/ustar.ts";
import { foreignPackage, manifestFor, verify } from "./packages.ts";
import { bytesOf, KEYS, manifestOf, NOW, rootOf, signed, timestampOf } from "./publisher.ts";
import { session } from "./session.ts";

const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 80 });
const path = fc
  .array(name, { minLength: 1, maxLength: 8 })
  .map((names) => names.join("/"))
  .filter((text) => pathProblem(text) === undefined);

property.prop(
  [fc.uniqueArray(fc.tuple(path, fc.uint8Array({ maxLength: 1100 })), { selector: ([p]) => p, maxLength: 6 })],
  { numRuns: 50 },
)("whatever a file is called, another reader of tar archives finds it with its bytes", async (files) => {
  const pieces = files.flatMap(([name, bytes]) => [
    encodeEntry({ path: name, size: bytes.length, mode: 0o755 }),
    bytes,
    new Uint8Array(paddingOf(bytes.length)),
  ]);
  const found: [string, Uint8Array, number | undefined][] = [];
  const extract = tar.extract();
  extract.on("entry", ({ name, mode }, stream, next) => {
    buffer(stream).then((bytes) => {
      found.push([name, new Uint8Array(bytes), mode]);
      next();
    }, next);
  });
  await pipeline([Buffer.concat([...pieces, END_OF_ARCHIVE])], extract);
  expect(found).toEqual(files.map(([name, bytes]) => [name, bytes, 0o755]));
});

property.prop([fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 1, max: 700 })], { numRuns: 50 })(
  "no bytes are a package, and none make the reader throw",
  async (bytes, chunk) => {
    expect(await verify(bytes, { chunk })).toHaveProperty("refused");
  },
);

property.prop([fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 600 })], { numRuns: 50 })(
  "a package in which a stretch was overwritten is refused by a reason, or says what it said",
  async (start, bytes) => {
    const release = manifestFor({ "a.js": "aaa" });
    const good = await foreignPackage(release, [{ name: "payload/a.js", content: "aaa" }]);
    const at = start % good.length;
    const spoilt = Buffer.from(good);
    spoilt.set(bytes.subarray(0, good.length - at), at);
    const verdict = await verify(spoilt);
    if ("accepted" in verdict) expect(Buffer.from(verdict.accepted.signed.bytes)).toEqual(Buffer.from(release.bytes));
    else expect(verdict.refused.reason).toMatch(/^[a-z-]+$/);
  },
);

/** A JSON value that is close to a signed file: one of its members replaced, at any depth. */
function spoilt(value: object): fc.Arbitrary<Uint8Array> {
  const text = JSON.stringify(value);
  const members = [...text.matchAll(/"[^"]*"(?!:)|\b\d+\b|\[\]|\{\}/g)];
  return fc.tuple(fc.constantFrom(...members), fc.json({ maxDepth: 3 })).map(([member, json]) => {
    return Buffer.from(text.slice(0, member.index) + json + text.slice(member.index + member[0].length));
  });
}

const anyOf = (value: object) => fc.oneof(fc.uint8Array({ maxLength: 200 }), spoilt(value));
const manifest = manifestOf({ components: { plugins: "1.0.0" }, compatible: ["gw"] });

property.prop([anyOf(rootOf()), anyOf(timestampOf(signed(manifest))), anyOf(manifest)], { numRuns: 200 })(
  "no bytes make the reading of a signed file throw",
  (root, timestamp, other) => {
    for (const verdict of [ROOT_FILE.parse(root), TIMESTAMP_FILE.parse(timestamp), MANIFEST_FILE.parse(other)])
      expect("accepted" in verdict || "refused" in verdict).toBe(true);
    expect(beginTrust({ root, memory: {}, now: NOW })).toBeDefined();
    expect(parseKeyFile(other)).toHaveProperty("problem");
  },
);

property.prop([fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 })], { numRuns: 100 })(
  "no bytes with any signature file are believed",
  (bytes, signature) => {
    for (const accept of [acceptRoot, acceptTimestamp, acceptManifest])
      expect(accept(session(), { bytes, signature })).toHaveProperty("refused");
  },
);

property.prop([fc.subarray(KEYS.release.map((_, index) => index)), fc.subarray(["x", "y"])], { numRuns: 20 })(
  "a release is believed exactly when two of its three keys signed it, whoever else did",
  (own, strangers) => {
    const keys = [...own.map((index) => KEYS.release[index]!), ...(strangers.length > 0 ? KEYS.timestamp : [])];
    expect("accepted" in acceptManifest(session(), signed(bytesOf(manifest), ...keys))).toBe(own.length >= 2);
  },
);
