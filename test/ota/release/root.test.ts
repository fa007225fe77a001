import { describe, expect, test } from "vitest";
import { acceptRoot, beginTrust } from "../../../src/ota/release/trust.ts";
import { bytesOf, KEYS, keyNamed, NOW, type RootWish, rootOf, signed } from "./publisher.ts";
import { refused, session, walk } from "./session.ts";

const [rootA, rootB] = [KEYS.root[0]!, KEYS.root[1]!];
const rootC = keyNamed("root c");

test("a root is followed by the next one, signed by enough keys of both", () => {
  const next = signed(rootOf({ version: 2, keys: { root: [rootB, rootC] } }), rootA, rootB, rootC);
  expect(walk(session(), next).root.version).toBe(2);
});

test("a device that was off for long walks through every root between", () => {
  const roots = [2, 3, 4, 5].map((version) => signed(rootOf({ version }), rootA, rootB));
  expect(walk(session(), ...roots).root.version).toBe(5);
});

test("a root between that has expired meanwhile does not stop the walk", () => {
  const old = signed(rootOf({ version: 2, expires: "2020-01-01T00:00:00Z" }), rootA, rootB);
  expect(walk(session(), old, signed(rootOf({ version: 3 }), rootA, rootB)).root.version).toBe(3);
});

describe("a next root is refused", () => {
  const offer = (wish: RootWish, ...keys: Parameters<typeof signed>[1][]) =>
    refused(acceptRoot(session(), signed(rootOf({ version: 2, ...wish }), ...keys)));

  test("when too few of the old keys signed it", () => {
    expect(offer({ keys: { root: [rootB, rootC] } }, rootB, rootC)).toMatchObject({
      reason: "threshold-not-met",
      role: "root",
      valid: 1,
      threshold: 2,
    });
  });

  test("when too few of its own keys signed it", () => {
    expect(offer({ keys: { root: [rootC, keyNamed("root d")] } }, rootA, rootB)).toMatchObject({
      reason: "threshold-not-met",
      valid: 0,
    });
  });

  test.each([1, 3, 2 ** 53 - 1])("when its version is %i and not the next", (version) => {
    expect(offer({ version }, rootA, rootB)).toEqual({ reason: "root-not-next", expected: 2, found: version });
  });

  test("when keys of other roles signed it", () => {
    expect(offer({}, KEYS.release[0]!, KEYS.release[1]!, KEYS.timestamp[0]!)).toMatchObject({ valid: 0 });
  });

  test("when two roles have a key in common", () => {
    expect(offer({ keys: { timestamp: [KEYS.release[0]!] } }, rootA, rootB)).toMatchObject({
      reason: "malformed",
      where: "roles",
    });
  });

  test("when a role names a key twice", () => {
    expect(offer({ keys: { root: [rootA, rootA] } }, rootA, rootB)).toMatchObject({ reason: "malformed" });
  });

  test("when a role asks for more signatures than it has keys, or for none", () => {
    expect(offer({ thresholds: { release: 4 } }, rootA, rootB)).toMatchObject({ where: "roles.release" });
    expect(offer({ thresholds: { release: 0 } }, rootA, rootB)).toMatchObject({ where: "roles.release.threshold" });
  });

  test("when a key stands under a name that is not its own, so that it could count twice", () => {
    const root = rootOf({ version: 2 });
    const [first, second] = root.roles.release.keyids;
    const twice = { ...root, keys: { ...root.keys, [second!]: root.keys[first!]! } };
    expect(refused(acceptRoot(session(), signed(twice, rootA, rootB)))).toMatchObject({
      reason: "malformed",
      message: "is not the SHA-256 of its key",
    });
  });

  test("when a role names a key that is not there", () => {
    const root = rootOf({ version: 2 });
    const { [KEYS.release[0]!.keyid]: _gone, ...keys } = root.keys;
    expect(refused(acceptRoot(session(), signed({ ...root, keys }, rootA, rootB)))).toMatchObject({ where: "keys" });
  });

  test("when it is some other signed file, or of a schema to come", () => {
    expect(refused(acceptRoot(session(), signed({ ...rootOf(), type: "manifest" }, rootA, rootB)))).toEqual({
      reason: "wrong-type",
      file: "root",
      found: '"manifest"',
    });
    expect(refused(acceptRoot(session(), signed({ ...rootOf(), schema: 2 }, rootA, rootB)))).toEqual({
      reason: "schema-unknown",
      file: "root",
      schema: "2",
    });
  });

  test("when it is larger than any root, before anything of it is looked at", () => {
    expect(refused(acceptRoot(session(), signed(new Uint8Array(512_001), rootA, rootB)))).toMatchObject({
      reason: "too-large",
      limit: 512_000,
    });
  });
});

test("a key that an older reader does not know of leaves a root readable", () => {
  const next = signed({ ...rootOf({ version: 2 }), later: { what: "ever" } }, rootA, rootB);
  expect(walk(session(), next).root.version).toBe(2);
});

test.each([
  ["is no JSON", new Uint8Array([0x7b])],
  ["is no UTF-8", new Uint8Array([0x22, 0xff, 0x22])],
  ["has nothing in it", new Uint8Array()],
  ["is a list", bytesOf([])],
])("a baked-in root that %s is refused by its reason", (_name, root) => {
  expect(refused(beginTrust({ root, memory: {}, now: NOW }))).toMatchObject({ reason: "malformed", file: "root" });
});
