import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { toHex } from "../../../src/bytes/hex.ts";
import { writeWhole } from "../../../src/ota/release/atomic-file.ts";
import { createKeyFile, encodePublicKey, readKnownKey, unlockKey } from "../../../src/ota/release/key-file.ts";
import { editRoot } from "../../../src/ota/release/root-edit.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

/** Chance that is none: each draw is filled with the next number. */
function countingRandom() {
  let draw = 0;
  return (length: number): Uint8Array => new Uint8Array(length).fill(++draw);
}

function keyFile(text: string): string {
  const path = join(temporaryFolder(), "a.key");
  writeFileSync(path, text);
  return path;
}

const SEED = "01".repeat(32);
const sealed = createKeyFile({ role: "release", passphrase: "correct horse", random: countingRandom() });

describe("a sealed key", () => {
  test("signs with its passphrase, and says whose it is without", async () => {
    const path = keyFile(sealed.text);
    const key = await unlockKey(path, "correct horse");
    expect(toHex(key.secretKey.subarray(0, 32))).toBe(SEED);
    expect(key).toMatchObject({ role: "release", keyid: sealed.known.keyid });
    expect(await readKnownKey(path)).toEqual(sealed.known);
  });

  test("does not show its secret", () => {
    expect(sealed.text).not.toContain(SEED);
    expect(encodePublicKey(sealed.known)).not.toContain(SEED);
    expect(encodePublicKey(createKeyFile({ random: countingRandom() }).known)).not.toContain(SEED);
  });

  test.each([
    ["with another passphrase", sealed.text, "wrong"],
    ["without one", sealed.text, undefined],
    ["for another role than it was sealed for", sealed.text.replace('"release"', '"timestamp"'), "correct horse"],
    [
      "after a digit of the seal was changed",
      sealed.text.replace(/("sealed": ")(.)/, (_, head, digit) => head + (digit === "0" ? "1" : "0")),
      "correct horse",
    ],
  ])("is not opened %s", async (_name, text, passphrase) => {
    await expect(unlockKey(keyFile(text), passphrase)).rejects.toMatchObject({ code: "USAGE" });
  });

  test("cannot make a reader stretch for ever", async () => {
    const path = keyFile(sealed.text.replace("32768", "1073741824"));
    await expect(unlockKey(path, "correct horse")).rejects.toMatchObject({ code: "INPUT_MALFORMED" });
  });
});

test("an unsealed key signs without a passphrase, and its file is its owner's alone", async () => {
  const { text } = createKeyFile({ random: countingRandom() });
  const path = join(temporaryFolder(), "b.key");
  await writeWhole(path, text, { mode: 0o600, force: false });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(toHex((await unlockKey(path, undefined)).secretKey.subarray(0, 32))).toBe(SEED);
  await expect(writeWhole(path, text, { mode: 0o600, force: false })).rejects.toMatchObject({ code: "OUTPUT_EXISTS" });
});

test("a public key is a key file that cannot sign", async () => {
  const path = keyFile(encodePublicKey(sealed.known));
  expect(await readKnownKey(path)).toEqual({ ...sealed.known, secret: "none" });
  await expect(unlockKey(path, "correct horse")).rejects.toMatchObject({ code: "USAGE" });
});

test("a key file whose name is not that of its key is refused", async () => {
  const path = keyFile(sealed.text.replace(sealed.known.keyid, "0".repeat(64)));
  await expect(readKnownKey(path)).rejects.toMatchObject({ code: "INPUT_MALFORMED" });
});

test("a key made for one role is not put into another", () => {
  const keys = { root: [sealed.known], release: [sealed.known], timestamp: [sealed.known] };
  expect(() => editRoot(undefined, { expires: "2036-01-01T00:00:00Z", keys, thresholds: {} })).toThrow(
    "made for the release role, not for root",
  );
});
