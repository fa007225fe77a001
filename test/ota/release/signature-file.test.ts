import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { toHex } from "../../../src/bytes/hex.ts";
import { sign } from "../../../src/ota/release/ed25519.ts";
import { encodeSignatureFile, signedDigest } from "../../../src/ota/release/signature-check.ts";
import { addSignatures } from "../../../src/ota/release/signing.ts";
import { acceptManifest } from "../../../src/ota/release/trust.ts";
import { bytesOf, KEYS, keyNamed, manifestOf, rootOf } from "./publisher.ts";
import { accepted, refused, session } from "./session.ts";

const bytes = bytesOf(manifestOf());
const [a, b, c] = [KEYS.release[0]!, KEYS.release[1]!, KEYS.release[2]!];
const list = (...keys: Parameters<typeof addSignatures>[1]) => addSignatures(bytes, keys, []);
const take = (signature: Uint8Array, root = rootOf()) => acceptManifest(session({ root }), { bytes, signature });

describe("two of three keys must have signed a release", () => {
  test.each([
    ["a and b", [a, b]],
    ["b and c", [b, c]],
    ["all three", [a, b, c]],
    ["two, and a stranger", [a, c, keyNamed("stranger")]],
  ])("%s: accepted", (_name, keys) => {
    expect(accepted(take(encodeSignatureFile(list(...keys)))).release).toBe(17);
  });

  test.each([
    ["nobody", [], 0],
    ["one", [b], 1],
    ["one, and strangers", [b, keyNamed("x"), keyNamed("y")], 1],
    ["one, and keys of other roles", [b, KEYS.root[0]!, KEYS.timestamp[0]!], 1],
  ])("%s: refused", (_name, keys, valid) => {
    expect(refused(take(encodeSignatureFile(list(...keys))))).toEqual({
      reason: "threshold-not-met",
      file: "manifest",
      role: "release",
      valid,
      threshold: 2,
    });
  });

  test("a signature that is wrong does not count, and does not spoil two that are right", () => {
    const wrong = (which: string) =>
      list(a, b, c).map((entry) => (entry.keyid === which ? { ...entry, sig: "00".repeat(64) } : entry));
    expect(accepted(take(encodeSignatureFile(wrong(c.keyid)))).release).toBe(17);
    const none = wrong(c.keyid).filter(({ keyid }) => keyid !== a.keyid);
    expect(refused(take(encodeSignatureFile(none)))).toMatchObject({ valid: 1 });
  });

  test("a good signature under the name of another key does not count", () => {
    const [first, second] = list(a, b);
    const swapped = [
      { ...first!, sig: second!.sig },
      { ...second!, sig: first!.sig },
    ];
    expect(refused(take(encodeSignatureFile(swapped)))).toMatchObject({ valid: 0 });
  });
});

describe("a signature file is refused", () => {
  const malformed = (signature: Uint8Array) => expect(refused(take(signature)).reason).toBe("signature-malformed");

  test("when one key signs twice", () => {
    const [first] = list(a);
    malformed(encodeSignatureFile([first!, first!]));
  });

  test("when it is not written in the one way, so that nobody can change a byte of it unseen", () => {
    const text = Buffer.from(encodeSignatureFile(list(a, b))).toString();
    malformed(Buffer.from(`${text}\n`));
    malformed(Buffer.from(text.replace("[\n", "[ ")));
    malformed(Buffer.from(JSON.stringify(list(a, b))));
  });

  test("when it names another way to sign: a key never signs in two forms", () => {
    malformed(
      Buffer.from(
        Buffer.from(encodeSignatureFile(list(a, b)))
          .toString()
          .replaceAll("ed25519-sha256", "ed25519"),
      ),
    );
  });

  test("when it is no JSON, not a list, or has more entries than any role has keys", () => {
    malformed(Buffer.from("signature"));
    malformed(Buffer.from("{}"));
    const many = Array.from({ length: 33 }, (_, index) => ({
      ...list(a)[0]!,
      keyid: toHex(signedDigest(Buffer.of(index))),
    }));
    malformed(encodeSignatureFile(many));
  });

  test("when it is larger than any", () => {
    expect(refused(take(new Uint8Array(16_385)))).toMatchObject({ reason: "too-large", file: "signature" });
  });
});

describe("the bare signature of the first format", () => {
  const single = rootOf({ keys: { release: [b] } });
  const bare = sign(signedDigest(bytes), b.secretKey);
  test.each([
    ["raw", bare],
    ["base64", Buffer.from(Buffer.from(bare).toString("base64"))],
    ["base64 in a line", Buffer.from(`${Buffer.from(bare).toString("base64")}\n`)],
    ["hex", Buffer.from(toHex(bare))],
  ])("is accepted %s, where one key is enough", (_name, signature) => {
    expect(accepted(take(signature, single)).release).toBe(17);
  });

  test("is one signature, whoever made it: where two are needed it is not enough", () => {
    expect(refused(take(bare))).toMatchObject({ valid: 1, threshold: 2 });
  });

  test("of the bytes themselves instead of their digest is refused", () => {
    expect(refused(take(sign(bytes, b.secretKey), single))).toMatchObject({ valid: 0 });
  });
});
