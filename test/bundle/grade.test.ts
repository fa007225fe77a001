import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { BundleManifest } from "../../src/bundle/bundle-manifest.ts";
import { type Graded, gradeBundle } from "../../src/bundle/grade.ts";
import { openBundle } from "../../src/bundle/open-bundle.ts";
import type { HeaderRecord, TapeRecord } from "../../src/tape/record.ts";
import { nanos } from "../../src/time/nanos.ts";
import { header, tapeBytes } from "../tape/tape-files.ts";
import { channel, raw } from "../tape/traffic.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { bundled, bundledCase, never, seatHere, VERSIONS } from "./bundling.ts";

const open = { check: undefined, identities: [], signal: never };
const SUBJECT = { name: "nmea", options: {} };

async function graded(zip: string, over: Partial<BundleManifest> = {}, versions = VERSIONS): Promise<Graded> {
  await using bundle = await openBundle(zip, open);
  const manifest = { ...bundle.manifest, ...over };
  return await gradeBundle({ folder: bundle.folder, manifest, versions, seat: seatHere(), signal: never });
}

/** The grade of a tape of these bytes, and the reasons for it. */
async function gradeOf(bytes: Uint8Array): Promise<{ grade: string; codes: string[]; lines: (number | undefined)[] }> {
  const folder = temporaryFolder();
  const tape = join(folder, "a.tape.jsonl");
  writeFileSync(tape, bytes);
  await bundled([tape], join(folder, "a.zip"), { subject: SUBJECT });
  const { grade, reasons } = await graded(join(folder, "a.zip"));
  return { grade, codes: reasons.map(({ code }) => code), lines: reasons.map(({ line }) => line) };
}

const link: TapeRecord = { type: "link", at: nanos(0), channel: 0, event: "open" };
const heard = [channel(0), link, raw(10, 0, "rx", "$GPGLL,,,,,,V,N*64\r\n")];
const tape = (more: readonly TapeRecord[] = [], head: Partial<HeaderRecord> = {}): Buffer =>
  tapeBytes([...heard, ...more], { head: { ...header, ...head } });

test.each(["modbus/late-replies", "nmea/receiver", "length-prefixed/meter"])(
  "a whole recording that is heard here as it was there has the best grade: %s",
  async (name) => {
    const zip = join(temporaryFolder(), "a.zip");
    await bundledCase(name, zip);
    expect(await graded(zip)).toEqual({ grade: "A", reasons: [] });
  },
);

describe("what is missing on a tape lowers its grade", () => {
  test.each<[string, string, Buffer]>([
    ["gaps", "C", tape([{ type: "gap", at: nanos(20), channel: 0, cause: "overrun", bytes: 4 }])],
    ["redacted", "B", tape([{ type: "gap", at: nanos(20), channel: 0, cause: "redacted", bytes: 4 }])],
    ["clock-steps", "B", tape([{ type: "wall", at: nanos(20), wall: "2026-11-20T12:00:00Z", step: 5e9 }])],
    ["missing-initial-state", "C", tape([], { segment: 3, offset: "5000", previous: "0".repeat(64) })],
    [
      "missing-initial-state",
      "C",
      tape([], { meta: { derived: { by: "cut", sources: [], options: { fromLine: 900 } } } }),
    ],
    ["joined-midway", "B", tapeBytes([channel(0), heard[2]!])],
    ["not-closed", "B", tapeBytes([...heard, ...busy()], { end: false })],
    ["edited", "C", Buffer.from(tape().toString().replace("GPGLL", "GPGSA"))],
    ["lossy-import", "C", tape([], { meta: { import: { format: "raw" } } })],
    ["imported", "B", tape([], { meta: { import: { format: "pcapng" } } })],
    ["blob-missing", "D", tape([blob("0".repeat(64))])],
  ])("%s: %s", async (code, grade, bytes) => {
    expect(await gradeOf(bytes)).toMatchObject({ grade, codes: [code] });
  });

  test("a line that cannot be read, which is also why nobody could play it", async () => {
    const lines = tape().toString().split("\n");
    lines.splice(3, 1, "{broken");
    const { grade, codes, lines: where } = await gradeOf(Buffer.from(lines.join("\n")));
    expect(grade).toBe("F");
    expect(codes).toEqual(expect.arrayContaining(["not-played", "tape-damaged"]));
    expect(where).toContain(4);
  });

  test("the worst reason counts, and all are told", async () => {
    const gap: TapeRecord = { type: "gap", at: nanos(20), channel: 0, cause: "overrun" };
    const step: TapeRecord = { type: "wall", at: nanos(30), wall: "2026-11-20T12:00:00Z", step: -7 };
    expect(await gradeOf(tape([gap, step]))).toMatchObject({ grade: "C", codes: ["gaps", "clock-steps"] });
  });
});

/** Enough for a hash line. */
function busy(): TapeRecord[] {
  return Array.from({ length: 1_500 }, (_, index) => raw(20 + index, 0, "rx", `# reading ${index} of many\r\n`));
}

function blob(sha256: string): TapeRecord {
  return { type: "blob", at: nanos(20), media: "image/png", size: 3, sha256 };
}

describe("what is installed here lowers the grade", () => {
  test("other versions", async () => {
    const zip = join(temporaryFolder(), "a.zip");
    await bundledCase("nmea/receiver", zip);
    const codes = async (over: object) =>
      (await graded(zip, {}, { ...VERSIONS, ...over })).reasons.map(({ code }) => code);
    expect(await codes({ app: "2.0.0" })).toEqual(["version-skew"]);
    expect(await codes({ data_schema: 3, config_schema: 2 })).toEqual(["schema-skew", "schema-skew"]);
    // A subject that is built in has no plug-in's ABI.
    expect(await codes({ plugin_abi: 2 })).toEqual([]);
    expect(await codes({ node: "v24.0.0" })).toEqual([]);
  });

  test("a subject that is not here, none, and no tape", async () => {
    const zip = join(temporaryFolder(), "a.zip");
    await bundledCase("nmea/receiver", zip);
    const subject = { name: "my-meter", options: {}, seed: 0 };
    expect(await graded(zip, { subject })).toMatchObject({ grade: "F", reasons: [{ code: "subject-not-installed" }] });
    expect(await graded(zip, { subject: undefined })).toMatchObject({ grade: "F", reasons: [{ code: "no-subject" }] });
    expect(await graded(zip, { tapes: [] })).toMatchObject({ grade: "F", reasons: [{ code: "no-tape" }] });
  });

  test("a tape of a schema to come", async () => {
    const later = tape().toString().replace('"schema":2', '"schema":9');
    expect(await gradeOf(Buffer.from(later))).toMatchObject({ grade: "F" });
  });
});

test.each([
  ["same", "B", "redacted"],
  ["not-compared", "C", "redaction-not-compared"],
  ["different", "D", "redaction-changes-behaviour"],
] as const)("a redaction whose replay came out %s has grade %s", async (verdict, grade, code) => {
  const zip = join(temporaryFolder(), "a.zip");
  const { manifest } = await bundledCase("nmea/receiver", zip);
  const tapes = manifest.tapes.map((one) => ({ ...one, redaction: { verdict, report: {} } }));
  expect(await graded(zip, { tapes })).toMatchObject({ grade, reasons: [{ code }] });
});

test("blobs that are there are not missed", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "a.tape.jsonl");
  const sha256 = "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81";
  writeFileSync(path, tape([blob(sha256)]));
  mkdirSync(`${path}.blobs`);
  writeFileSync(join(`${path}.blobs`, sha256), Buffer.from([1, 2, 3]));
  await bundled([path], join(folder, "a.zip"), { subject: SUBJECT });
  expect(await graded(join(folder, "a.zip"))).toMatchObject({ grade: "A" });
});
