import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test as property } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ZipFile } from "../../../src/bundle/zip/zip-file.ts";
import { zipStream } from "../../../src/bundle/zip/zip-stream.ts";
import { FieldtapeError } from "../../../src/errors.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { type HandMade, handMadeZip, size64 } from "./hand-made-zip.ts";

const GOOD: readonly HandMade[] = [
  { name: "manifest.json", data: "{}" },
  { name: "tapes/a.tape.jsonl", data: "line\n".repeat(100), method: 8 },
];

function file(bytes: Uint8Array): string {
  const path = join(temporaryFolder(), "some.zip");
  writeFileSync(path, bytes);
  return path;
}

async function readAll(bytes: Uint8Array): Promise<Record<string, string>> {
  await using zip = await ZipFile.open(file(bytes));
  const found: Record<string, string> = {};
  for (const entry of zip.entries) {
    const pieces: Uint8Array[] = [];
    for await (const piece of zip.chunks(entry)) pieces.push(piece);
    found[entry.path] = Buffer.concat(pieces).toString();
  }
  return found;
}

const one = (over: Partial<HandMade>): readonly HandMade[] => [{ name: "a.json", data: "{}", ...over }];
const refused = (bytes: Uint8Array, words: RegExp) =>
  expect(readAll(bytes)).rejects.toSatisfy((thrown: unknown) => {
    expect(thrown).toBeInstanceOf(FieldtapeError);
    expect(thrown).toMatchObject({ code: "INPUT_MALFORMED", message: expect.stringMatching(words) });
    return true;
  });

test("a plain zip made by hand is opened", async () => {
  expect(await readAll(handMadeZip(GOOD))).toEqual({
    "manifest.json": "{}",
    "tapes/a.tape.jsonl": "line\n".repeat(100),
  });
  expect(Object.keys(await readAll(handMadeZip(GOOD, { zip64: {} })))).toHaveLength(2);
});

describe("names that lead elsewhere are refused", () => {
  test.each([
    ["../a.json", /has "\.\."/],
    ["tapes/../../a.json", /has "\.\."/],
    ["/etc/passwd", /is absolute/],
    ["C:/windows/a", /has one of/],
    ["tapes\\a.json", /has a backslash/],
    ["a.json\0.txt", /control character/],
    ["", /is empty/],
    ["tapes//a.json", /has an empty name/],
    ["./a.json", /has "\."/],
    ["nul.txt", /device on Windows/],
    ["a.json ", /ends with a dot or a blank/],
    ["x".repeat(2000), /longer than/],
  ])("%j", (name, words) => refused(handMadeZip(one({ name })), words));

  test("a name that is no UTF-8, or is not said to be", async () => {
    await refused(handMadeZip(one({ name: Buffer.from([0x61, 0xff]) })), /no UTF-8/);
    await refused(handMadeZip(one({ name: "ä.json", flags: 0 })), /no UTF-8/);
  });
});

describe("two names for one file are refused", () => {
  test.each([
    ["the same twice", ["a.json", "a.json"]],
    ["another case", ["Tapes.json", "tAPES.json"]],
    ["composed and decomposed", ["\u00e9.json", "e\u0301.json"]],
    ["a long s and a short one", ["\u017f.json", "s.json"]],
    ["a file where another has a folder", ["tapes", "tapes/a.json"]],
  ])("%s", (_, names) => refused(handMadeZip(names.map((name) => ({ name }))), /there twice/));
});

describe("what is no plain file is refused", () => {
  test.each([
    ["a symbolic link", { mode: 0o120777 }, /is a link/],
    ["a folder", { name: "tapes/", mode: 0o040755 }, /is a folder/],
    ["a folder of DOS", { system: 0, attributes: 0x10 }, /is a folder/],
    ["a block device", { mode: 0o060600 }, /no plain file/],
    ["a character device", { mode: 0o020600 }, /no plain file/],
    ["a pipe", { mode: 0o010600 }, /no plain file/],
    ["a socket", { mode: 0o140600 }, /no plain file/],
  ])("%s", (_, over, words) => refused(handMadeZip(one(over)), words));
});

describe("what the zip says of itself must be true", () => {
  test.each([
    ["an encrypted entry", handMadeZip(one({ flags: 0x801 })), /encrypted by the zip/],
    ["a strongly encrypted entry", handMadeZip(one({ flags: 0x841 })), /strong encryption/],
    ["an unknown method", handMadeZip(one({ method: 12 })), /packed in a way/],
    ["unknown flags", handMadeZip(one({ flags: 0x820 })), /flags/],
    ["a stored entry of two sizes", handMadeZip(one({ size: 3 })), /size/],
    ["another name at the data", handMadeZip(one({ localName: "b.json" })), /called otherwise/],
    ["another method at the data", handMadeZip(one({ localMethod: 8 })), /called otherwise/],
    [
      "entries that share their bytes",
      handMadeZip([
        { name: "a", data: "12345" },
        { name: "b", data: "12345", offset: 0 },
      ]),
      /./,
    ],
    [
      "an entry in the middle of another",
      handMadeZip([
        { name: "a", data: handMadeZip(one({})) },
        { name: "a.json", data: "{}", offset: 31 },
      ]),
      /shares bytes|belong to none/,
    ],
    [
      "bytes between entries",
      handMadeZip([{ name: "a", behind: Buffer.from("hidden") }, { name: "b" }]),
      /belong to none/,
    ],
    ["bytes before the directory", handMadeZip(one({ behind: Buffer.from("hidden") })), /belong to no entry/],
    ["bytes before the first entry", handMadeZip(GOOD, { before: Buffer.from("#!/bin/sh\n") }), /belong to none/],
    ["bytes behind the end", handMadeZip(GOOD, { behind: Buffer.from("more") }), /does not end/],
    ["a comment", handMadeZip(GOOD, { comment: "hello" }), /does not end|comment/],
    ["fewer entries than there are", handMadeZip(GOOD, { count: 1 }), /another size/],
    ["more entries than there are", handMadeZip(GOOD, { count: 3 }), /sound zip/],
    ["a directory elsewhere", handMadeZip(GOOD, { directoryStart: 0 }), /another place/],
    ["a 64-bit count that is another", handMadeZip(GOOD, { zip64: { count: 1 } }), /two different things/],
    ["a 64-bit place that is another", handMadeZip(GOOD, { zip64: { start: 0 } }), /two different things/],
    ["a 64-bit size beyond the file", handMadeZip(GOOD, { zip64: { size: 2 ** 50 } }), /two different things/],
    ["an offset outside the file", handMadeZip(one({ offset: 1_000_000 })), /./],
    ["a cut file", handMadeZip(GOOD).subarray(0, -5), /does not end/],
    ["an empty file", Buffer.alloc(0), /does not end/],
    ["a text", Buffer.from("this is no zip at all, and longer than its end would be".repeat(5)), /does not end/],
  ])("%s", (_, bytes, words) => refused(bytes, words));
});

describe("bombs are refused before they are unpacked", () => {
  test("more than may be, by its own account", () =>
    refused(handMadeZip(one({ method: 8, size: 0xffff_ffff, extra: size64(2n ** 40n) })), /bytes/));
  test("more out of less than any recording gives", () =>
    refused(handMadeZip(one({ method: 8, data: Buffer.alloc(100 * 2 ** 20) })), /times its size/));
  test("more than it says", () =>
    refused(handMadeZip(one({ method: 8, data: "x".repeat(1000), size: 10 })), /another size/));
  test("less than it says", () => refused(handMadeZip(one({ method: 8, data: "x", size: 10 })), /another size/));
  test("too many entries", () => {
    const bytes = handMadeZip(GOOD, { count: 0xffff, zip64: { count: 2_000_000 } });
    return refused(bytes, /100000 entries/);
  });
});

property.prop([fc.uint8Array({ maxLength: 300 })])("any bytes are refused or read, never a bug", async (bytes) => {
  await readAll(bytes).catch((thrown: unknown) => expect(thrown).toBeInstanceOf(FieldtapeError));
});

property.prop([fc.nat(), fc.integer({ min: 1, max: 255 })])(
  "a zip with one byte changed is refused or read, never a bug",
  async (place, change) => {
    const bytes = handMadeZip(GOOD);
    const at = place % bytes.length;
    bytes[at] = bytes[at]! ^ change;
    await readAll(bytes).catch((thrown: unknown) => expect(thrown).toBeInstanceOf(FieldtapeError));
  },
);

async function packed(members: Record<string, string>, store: boolean): Promise<Buffer> {
  const list = Object.entries(members).map(([path, text]) => ({
    path,
    bytes: async function* () {
      yield Buffer.from(text);
    },
  }));
  const pieces: Uint8Array[] = [];
  for await (const piece of zipStream(list, { store })) pieces.push(piece);
  return Buffer.concat(pieces);
}

test.each([true, false])(
  "what is packed is the same bytes every time, and can be opened (stored: %s)",
  async (store) => {
    const members = { "manifest.json": "{}", "tapes/ä.tape.jsonl": "line\n".repeat(10_000), empty: "" };
    const first = await packed(members, store);
    expect(await packed(members, store)).toEqual(first);
    expect(await readAll(first)).toEqual(members);
  },
);

test("a file that cannot be read ends the packing", async () => {
  const broken = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from("half");
    throw new FieldtapeError("INPUT_UNREADABLE", "is gone");
  };
  const packing = async (): Promise<void> => {
    for await (const _ of zipStream([{ path: "a", bytes: broken }], { store: false }));
  };
  await expect(packing()).rejects.toMatchObject({ code: "INPUT_UNREADABLE" });
});
