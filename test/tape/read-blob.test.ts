import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readBlob } from "../../src/tape/read-blob.ts";
import type { BlobRecord } from "../../src/tape/record.ts";
import { nanos } from "../../src/time/nanos.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const IMAGE = new TextEncoder().encode("firmware 2.0.0");
const sha256 = createHash("sha256").update(IMAGE).digest("hex");
const record: BlobRecord = { type: "blob", at: nanos(0), media: "application/octet-stream", size: 14, sha256 };

/** A tape with these bytes where its blob should be. */
function tapeWith(bytes: Uint8Array | undefined): string {
  const tape = join(temporaryFolder(), "tape.jsonl");
  mkdirSync(`${tape}.blobs`);
  if (bytes !== undefined) writeFileSync(join(`${tape}.blobs`, sha256), bytes);
  return tape;
}

test("a blob is read when it is the one that the tape names", async () => {
  expect(Uint8Array.from(await readBlob(tapeWith(IMAGE), record))).toEqual(IMAGE);
});

test.for([
  ["longer", "firmware 2.0.0 and more"],
  ["of the same length", "firmware 6.6.6"],
] as const)("another one under its name, %s, is refused", async ([, text]) => {
  const read = readBlob(tapeWith(new TextEncoder().encode(text)), record);
  await expect(read).rejects.toMatchObject({ code: "TAPE_MALFORMED", file: expect.stringContaining(sha256) });
});

test("one that is not there leaves the tape incomplete", async () => {
  await expect(readBlob(tapeWith(undefined), record)).rejects.toMatchObject({ code: "INCOMPLETE" });
});
