import { createPrivateKey, createPublicKey, sign as nodeSign, verify as nodeVerify } from "node:crypto";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../../src/bytes/hex.ts";
import { keyPairOf, sign, verify } from "../../../src/ota/release/ed25519.ts";

const bytes = (hex: string): Uint8Array => fromHex(hex)!;

/** RFC 8032 §7.1: seed, public key, message, signature. */
const VECTORS = [
  [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  ],
  [
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  ],
  [
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  ],
  [
    "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
    "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
  ],
] as const;

describe("the vectors of RFC 8032", () => {
  test.each(VECTORS)("seed %s", (seed, publicHex, message, signature) => {
    const pair = keyPairOf(bytes(seed));
    expect(toHex(pair.publicKey)).toBe(publicHex);
    expect(toHex(sign(bytes(message), pair.secretKey))).toBe(signature);
    expect(verify(bytes(message), bytes(signature), pair.publicKey)).toBe(true);
  });
});

/** DER heads of an Ed25519 private key (PKCS #8) and public key (SPKI), RFC 8410. */
const nodeKeys = (seed: Uint8Array) => {
  const key = createPrivateKey({
    key: Buffer.concat([bytes("302e020100300506032b657004220420"), seed]),
    format: "der",
    type: "pkcs8",
  });
  return { privateKey: key, publicKey: createPublicKey(key) };
};

const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });

property.prop([seed, fc.uint8Array({ maxLength: 64 })], { numRuns: 10 })(
  "what one library signs the other verifies, and both sign the same",
  (secret, message) => {
    const pair = keyPairOf(secret);
    const node = nodeKeys(secret);
    const ours = sign(message, pair.secretKey);
    expect(toHex(ours)).toBe(nodeSign(null, message, node.privateKey).toString("hex"));
    expect(nodeVerify(null, message, node.publicKey, ours)).toBe(true);
    expect(verify(message, ours, pair.publicKey)).toBe(true);
  },
);

const L = 2n ** 252n + 27742317777372353535851937790883648493n;

test("a signature written in another way (S + L) is refused, although the equation holds", () => {
  const [secret, , message, signature] = VECTORS[1];
  const { publicKey } = keyPairOf(bytes(secret));
  const scalar = BigInt(`0x${toHex(bytes(signature).subarray(32).toReversed())}`) + L;
  const rewritten = bytes(signature.slice(0, 64) + toHex(bytes(scalar.toString(16).padStart(64, "0")).toReversed()));
  expect(verify(bytes(message), rewritten, publicKey)).toBe(false);
});

test.each([
  ["exactly L", L],
  ["2²⁵⁶ − 1", 2n ** 256n - 1n],
])("a signature whose S is %s is refused", (_name, scalar) => {
  const { publicKey } = keyPairOf(bytes(VECTORS[0][0]));
  const forged = bytes(VECTORS[0][3].slice(0, 64) + toHex(bytes(scalar.toString(16).padStart(64, "0")).toReversed()));
  expect(verify(new Uint8Array(), forged, publicKey)).toBe(false);
});

test("an answer that is remembered is the answer to the same key, message and signature only", () => {
  const [secret, , message, signature] = VECTORS[1];
  const { publicKey } = keyPairOf(bytes(secret));
  const ask = (m: string, s: string, k: Uint8Array) => verify(bytes(m), bytes(s), k);
  for (let round = 0; round < 2; round++) {
    expect(ask(message, signature, publicKey)).toBe(true);
    expect(ask("73", signature, publicKey)).toBe(false);
    expect(ask(message, VECTORS[2][3], publicKey)).toBe(false);
    expect(ask(message, signature, keyPairOf(bytes(VECTORS[0][0])).publicKey)).toBe(false);
  }
});

test("a key or a signature of the wrong length is no reason to fail", () => {
  expect(verify(new Uint8Array(), new Uint8Array(63), new Uint8Array(32))).toBe(false);
  expect(verify(new Uint8Array(), new Uint8Array(64), new Uint8Array(31))).toBe(false);
});
