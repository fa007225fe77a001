import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { gradeBundle } from "../../src/bundle/grade.ts";
import { lastMinutes } from "../../src/bundle/last-minutes.ts";
import { openBundle } from "../../src/bundle/open-bundle.ts";
import { redactionSubject } from "../../src/cli/secrets/redaction-subject.ts";
import { openTape } from "../../src/tape/reader.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { TapeWriter } from "../../src/tape/writer.ts";
import { nanos, seconds } from "../../src/time/nanos.ts";
import { header } from "../tape/tape-files.ts";
import { channel, raw } from "../tape/traffic.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { bundled, NO_CONFIG, never, seatHere, VERSIONS } from "./bundling.ts";
import { STANDARD_REDACTION } from "./redaction/redacting.ts";

/** A recording of a minute with a read a second, a new segment every twenty seconds; not closed: it still goes on. */
async function goingOn(folder: string, every = 20): Promise<string> {
  const path = join(folder, "line.tape.jsonl");
  const writer = await TapeWriter.create(path, { header, live: false, rotate: { every: seconds(every) } });
  writer.write(channel(0));
  writer.write({ type: "link", at: nanos(0), channel: 0, event: "open" });
  for (let second = 1; second <= 60; second += 1) writer.write(raw(second * 1e9, 0, "rx", `reading ${second}\n`));
  await writer.close({ reason: "stop" });
  return path;
}

async function readings(path: string): Promise<{ readonly said: string[]; readonly records: readonly TapeRecord[] }> {
  const records: TapeRecord[] = [];
  await using tape = await openTape(path);
  for await (const batch of tape.batches()) records.push(...batch.records);
  const said = records.flatMap((one) => (one.type === "raw" ? [Buffer.from(one.bytes).toString().trim()] : []));
  return { said, records };
}

const numbers = (from: number): string[] => Array.from({ length: 61 - from }, (_, index) => `reading ${from + index}`);

test.each([
  [5, 55],
  [30, 30],
  [45, 15],
])("the last %i seconds of a recording, over its segments", async (span, from) => {
  const folder = temporaryFolder();
  const path = await goingOn(folder);
  expect(readdirSync(folder).length).toBeGreaterThanOrEqual(3);
  const out = await lastMinutes(path, seconds(span), join(folder, "out"));
  const { said, records } = await readings(out);
  expect(said).toEqual(numbers(from));
  // What was in force there is said again: it replays alone.
  expect(records.slice(1, 3)).toMatchObject([{ type: "channel" }, { type: "link", event: "open" }]);
});

test("whichever of its segments is named", async () => {
  const folder = temporaryFolder();
  const path = await goingOn(folder);
  const named = path.replace(".tape.jsonl", ".0001.tape.jsonl");
  expect((await readings(await lastMinutes(named, seconds(30), join(folder, "out")))).said).toEqual(numbers(30));
});

test("a recording that is shorter is taken whole", async () => {
  const folder = temporaryFolder();
  const path = await goingOn(folder);
  expect((await readings(await lastMinutes(path, seconds(600), join(folder, "out")))).said).toEqual(numbers(1));
  const alone = temporaryFolder();
  const single = await goingOn(alone, 1_000);
  expect(await lastMinutes(single, seconds(600), join(alone, "out"))).toBe(single);
});

test("a bundle of the last seconds holds nothing else", async () => {
  const folder = temporaryFolder();
  const path = await goingOn(folder);
  const request = { last: seconds(10) };
  await bundled([path], join(folder, "a.zip"), { request, subject: { name: "lines", options: {} } });
  await using bundle = await openBundle(join(folder, "a.zip"), { check: undefined, identities: [], signal: never });
  const [tape] = bundle.manifest.tapes;
  expect(tape).toMatchObject({ path: "tapes/line.tape.jsonl", trace: { outcome: { type: "said", records: 11 } } });
  expect((await readings(join(bundle.folder, tape!.path))).said).toEqual(numbers(50));
});

describe("segments that are named one by one", () => {
  const open = { check: undefined, identities: [], signal: never };
  const subject = { name: "lines", options: {} };

  async function packed(folder: string, names: readonly string[], request: Parameters<typeof bundled>[2] = {}) {
    const zip = join(folder, "a.zip");
    await bundled(
      names.map((name) => join(folder, name)),
      zip,
      { subject, ...request },
    );
    await using bundle = await openBundle(zip, open);
    const { manifest, folder: inside } = bundle;
    const graded = await gradeBundle({ folder: inside, manifest, versions: VERSIONS, seat: seatHere(), signal: never });
    const said = await Promise.all(manifest.tapes.map(async ({ path }) => (await readings(join(inside, path))).said));
    return { said, grade: graded.grade, codes: graded.reasons.map(({ code }) => code) };
  }

  test("are the one recording that they are", async () => {
    const folder = temporaryFolder();
    await goingOn(folder);
    // As a shell gives them: the first one last.
    const names = readdirSync(folder).toSorted();
    expect(names.at(-1)).toBe("line.tape.jsonl");
    expect(await packed(folder, names)).toEqual({ said: [numbers(1)], grade: "A", codes: [] });
  });

  test("have no beginning where the one before is not there, also when they are cut out of it or redacted", async () => {
    const folder = temporaryFolder();
    await goingOn(folder);
    const names = readdirSync(folder).toSorted();
    const [first, second, ...others] = ["line.tape.jsonl", ...names.slice(0, -1)];
    const apart = await packed(folder, [first!, ...others]);
    expect(apart).toMatchObject({ grade: "C", codes: ["missing-initial-state"] });
    expect(apart.said).toHaveLength(2);
    const seats = await redactionSubject({ name: "lines", options: {}, framer: undefined }, NO_CONFIG);
    const redaction = { redaction: STANDARD_REDACTION, ...seats };
    for (const request of [{ redaction }, { redaction, last: seconds(10) }]) {
      const alone = temporaryFolder();
      await goingOn(alone);
      rmSync(join(alone, first!));
      expect(await packed(alone, [second!], { request })).toMatchObject({
        grade: "C",
        codes: ["missing-initial-state", "redacted"],
      });
    }
  });
});
