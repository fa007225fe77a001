import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { newIdentity } from "../../src/bundle/age.ts";
import { itemOfBytes } from "../../src/bundle/bundle-item.ts";
import { importBundle, openBundle } from "../../src/bundle/open-bundle.ts";
import { reproduce } from "../../src/bundle/reproduce.ts";
import { sha256Hex } from "../../src/bytes/sha256.ts";
import { bundledSubject } from "../../src/cli/bundle/bundle-subject.ts";
import { SmallDisk } from "../tape/small-disk.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { bundled, bundledCase, clock, corpusCase, NO_CONFIG, never, seatHere, VERSIONS } from "./bundling.ts";

const open = { check: undefined, identities: [], signal: never };
const CASE = "modbus/late-replies";

test("what was bundled is what is imported, byte for byte", async () => {
  const folder = temporaryFolder();
  const out = join(folder, "a.zip");
  const note = itemOfBytes("logs/one.jsonl", "log", Buffer.from("a line\n"));
  const { id, size } = await bundledCase(CASE, out, { request: { attachments: async () => [note] } });
  expect(statSync(out).size).toBe(size);
  expect(statSync(out).mode & 0o777).toBe(0o600);
  const into = join(folder, "in");
  const { manifest, bytes } = await importBundle(out, into, open);
  expect(sha256Hex(bytes)).toBe(id);
  expect(manifest.files.map(({ path }) => path)).toEqual([
    "tapes/tape.tape.jsonl",
    "traces/tape.tape.jsonl",
    "logs/one.jsonl",
  ]);
  expect(readFileSync(join(into, "tapes/tape.tape.jsonl"))).toEqual(readFileSync(corpusCase(CASE).tape));
  expect(readFileSync(join(into, "logs/one.jsonl"), "utf8")).toBe("a line\n");
  expect(statSync(into).mode & 0o777).toBe(0o700);
  expect(readdirSync(folder).toSorted()).toEqual(["a.zip", "in"]);
});

test.each([false, true])("the same tapes give the same bundle, whatever it is called (stored: %s)", async (store) => {
  const [one, two] = [join(temporaryFolder(), "a.zip"), join(temporaryFolder(), "elsewhere.zip")];
  await bundledCase(CASE, one, { store });
  await bundledCase(CASE, two, { store });
  expect(readFileSync(two).equals(readFileSync(one))).toBe(true);
});

test("tapes of the same name from two folders both go in", async () => {
  const folder = temporaryFolder();
  const tapes = ["modbus/late-replies", "nmea/receiver", "nmea/cut"].map((name) => corpusCase(name).tape);
  const { manifest } = await bundled(tapes, join(folder, "a.zip"));
  expect(manifest.tapes.map(({ path }) => path)).toEqual([
    "tapes/tape.tape.jsonl",
    "tapes/tape-2.tape.jsonl",
    "tapes/tape-3.tape.jsonl",
  ]);
  await using bundle = await openBundle(join(folder, "a.zip"), open);
  expect(readFileSync(join(bundle.folder, "tapes/tape-3.tape.jsonl"))).toEqual(readFileSync(tapes[2]!));
});

test("of a recording that still goes on, what was played is what goes in", async () => {
  const folder = temporaryFolder();
  const tape = join(folder, "live.tape.jsonl");
  const whole = readFileSync(corpusCase("nmea/receiver").tape, "utf8").trimEnd().split("\n");
  writeFileSync(tape, `${whole.slice(0, 20).join("\n")}\n`);
  const { named, seat } = await bundledSubject({ name: "nmea", options: {}, seed: 0 }, NO_CONFIG, never);
  // More is recorded at the moment in which it is played.
  const recorded = async (): Promise<readonly string[]> => {
    appendFileSync(tape, `${whole.slice(20, 40).join("\n")}\n`);
    return [];
  };
  const zip = join(folder, "a.zip");
  await bundled([tape], zip, { request: { subject: { named, seat: { ...seat, recorded } } } });
  await using bundle = await openBundle(zip, open);
  const reproduced = await reproduce({ ...bundle, versions: VERSIONS, seat: seatHere(), clock, signal: never });
  expect(reproduced).toMatchObject({ verdict: "reproduced" });
});

test("blobs go with their tape, and nothing else that lies there", async () => {
  const folder = temporaryFolder();
  const tape = join(folder, "a.tape.jsonl");
  writeFileSync(tape, readFileSync(corpusCase("nmea/receiver").tape));
  const digest = sha256Hex(Buffer.from("picture"));
  mkdirSync(`${tape}.blobs`);
  writeFileSync(join(`${tape}.blobs`, digest), "picture");
  writeFileSync(join(`${tape}.blobs`, "private.txt"), "not yours");
  const { manifest } = await bundled([tape], join(folder, "a.zip"));
  expect(manifest.files.map(({ path }) => path)).toEqual(["tapes/a.tape.jsonl", `tapes/a.tape.jsonl.blobs/${digest}`]);
});

describe("a bundle is there whole or not at all", () => {
  test("a full disk leaves nothing", async () => {
    const folder = temporaryFolder();
    const disk = new SmallDisk(1_000);
    const making = bundledCase(CASE, join(folder, "a.zip"), { disk });
    await expect(making).rejects.toMatchObject({ code: "DISK_FULL" });
    expect([...disk.files.keys()]).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a tape that becomes shorter while it is read leaves nothing", async () => {
    const folder = temporaryFolder();
    const out = join(folder, "a.zip");
    const shrunk = { ...itemOfBytes("logs/a", "log", Buffer.from("x")), bytes: broken };
    await expect(bundled([], out, { request: { attachments: async () => [shrunk] } })).rejects.toThrow(
      "became shorter",
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  test("one that is there stays, unless it is to be written over", async () => {
    const out = join(temporaryFolder(), "a.zip");
    await bundledCase(CASE, out);
    const before = readFileSync(out);
    await expect(bundledCase("nmea/receiver", out)).rejects.toMatchObject({ code: "OUTPUT_EXISTS" });
    expect(readFileSync(out)).toEqual(before);
    await bundledCase("nmea/receiver", out, { force: true });
    expect(readFileSync(out)).not.toEqual(before);
  });

  test("a guard that refuses a file leaves nothing", async () => {
    const folder = temporaryFolder();
    const guard = () => {
      throw new Error("a secret");
    };
    await expect(bundledCase(CASE, join(folder, "a.zip"), { guard })).rejects.toThrow("a secret");
    expect(readdirSync(folder)).toEqual([]);
  });
});

// biome-ignore lint/correctness/useYield: it fails before it says anything
async function* broken(): AsyncGenerator<Uint8Array> {
  throw new Error("became shorter");
}

describe("a folder that is imported into", () => {
  test("may be there when it is empty", async () => {
    const folder = temporaryFolder();
    await bundledCase(CASE, join(folder, "a.zip"));
    mkdirSync(join(folder, "in"));
    await importBundle(join(folder, "a.zip"), join(folder, "in"), open);
    expect(existsSync(join(folder, "in", "manifest.json"))).toBe(true);
  });

  test.each(["a file in it", "is a file", "is a link to a folder in use"])(
    "is never written over: %s",
    async (what) => {
      const folder = temporaryFolder();
      await bundledCase(CASE, join(folder, "a.zip"));
      const into = join(folder, "in");
      mkdirSync(join(folder, "used"));
      writeFileSync(join(folder, "used", "mine.txt"), "mine");
      if (what === "is a file") writeFileSync(into, "mine");
      else if (what === "a file in it") {
        mkdirSync(into);
        writeFileSync(join(into, "mine.txt"), "mine");
      } else symlinkSync(join(folder, "used"), into);
      await expect(importBundle(join(folder, "a.zip"), into, open)).rejects.toMatchObject({ code: "OUTPUT_EXISTS" });
      expect(readFileSync(join(folder, "used", "mine.txt"), "utf8")).toBe("mine");
      expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
    },
  );
});

describe("an encrypted bundle", () => {
  test("is read by whom it is for, and tells others nothing", async () => {
    const folder = temporaryFolder();
    const out = join(folder, "a.zip");
    const [one, two, other] = await Promise.all([newIdentity(), newIdentity(), newIdentity()]);
    await bundledCase(CASE, out, { recipients: [one.recipient, two.recipient] });
    expect(readFileSync(out).includes("manifest")).toBe(false);
    for (const { identity } of [one, two]) {
      await using bundle = await openBundle(out, { ...open, identities: [identity] });
      expect(bundle).toMatchObject({ isEncrypted: true, manifest: { tapes: [{ path: "tapes/tape.tape.jsonl" }] } });
    }
    await expect(openBundle(out, open)).rejects.toMatchObject({ code: "USAGE", message: "is encrypted" });
    const identities = [other.identity];
    await expect(openBundle(out, { ...open, identities })).rejects.toMatchObject({ code: "USAGE" });
  });

  test("that was cut off or changed is refused", async () => {
    const folder = temporaryFolder();
    const out = join(folder, "a.zip");
    const { identity, recipient } = await newIdentity();
    await bundledCase(CASE, out, { recipients: [recipient] });
    const whole = readFileSync(out);
    const changed = Buffer.from(whole);
    changed[whole.length - 100] = changed[whole.length - 100]! ^ 1;
    for (const bytes of [whole.subarray(0, -50), changed]) {
      writeFileSync(out, bytes);
      const opening = importBundle(out, join(folder, "in"), { ...open, identities: [identity] });
      await expect(opening).rejects.toMatchObject({ code: "INPUT_MALFORMED", file: out });
      expect(existsSync(join(folder, "in"))).toBe(false);
    }
  });

  test("is not made for what is no recipient, and an identity is not told", async () => {
    const folder = temporaryFolder();
    const { identity } = await newIdentity();
    for (const recipient of ["age1short", "ssh-ed25519 AAAA", identity]) {
      const making = bundledCase(CASE, join(folder, "a.zip"), { recipients: [recipient] });
      await expect(making).rejects.toSatisfy((thrown: Error) => !thrown.message.includes(identity));
    }
    expect(readdirSync(folder)).toEqual([]);
  });
});
