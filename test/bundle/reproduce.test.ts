import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { BundleManifest } from "../../src/bundle/bundle-manifest.ts";
import { openBundle } from "../../src/bundle/open-bundle.ts";
import { type Reproduction, reproduce } from "../../src/bundle/reproduce.ts";
import type { Seat } from "../../src/bundle/seat.ts";
import { minimiseFound } from "../../src/cli/bundle/minimise-found.ts";
import { FieldtapeError } from "../../src/errors.ts";
import type { Subject } from "../../src/replayer/subject.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { tapeBytes } from "../tape/tape-files.ts";
import { channel, raw } from "../tape/traffic.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { bundled, bundledCase, clock, NO_CONFIG, never, seatHere, VERSIONS } from "./bundling.ts";

const open = { check: undefined, identities: [], signal: never };

async function again(
  zip: string,
  seat: Parameters<typeof reproduce>[0]["seat"] = seatHere(),
  over: Partial<BundleManifest> = {},
): Promise<Reproduction> {
  await using bundle = await openBundle(zip, open);
  const manifest = { ...bundle.manifest, ...over };
  return await reproduce({ folder: bundle.folder, manifest, versions: VERSIONS, seat, clock, signal: never });
}

/** Says how long each read was; `lie` after so many reads, `fails` at another. */
function counter({ lie, fails }: { lie?: number; fails?: number } = {}): Seat {
  const subject: Subject = {
    name: "counter",
    role: "observer",
    async open() {
      let reads = 0;
      const say = (record: TapeRecord): TapeRecord[] => {
        if (record.type !== "raw") return [];
        reads += 1;
        if (reads === fails) throw new FieldtapeError("SUBJECT_CRASHED", `counter failed at read ${reads}`);
        const length = reads === lie ? -1 : record.bytes.length;
        const value = { type: "frame", length };
        return [{ type: "output", at: record.at, machine: "counter", channel: 0, value }];
      };
      return {
        advance: async (records) => ({ outputs: records.flatMap(say), deadline: undefined }),
        [Symbol.asyncDispose]: async () => {},
      };
    },
  };
  return { subject, config: {}, seed: 0, recorded: async () => [] };
}

/** A bundle of ten reads, as `seat` heard them. */
async function countedBundle(seat: Seat): Promise<string> {
  const folder = temporaryFolder();
  const reads = Array.from({ length: 10 }, (_, index) => raw(index * 1000, 0, "rx", "x".repeat(index + 1)));
  const tape = join(folder, "reads.tape.jsonl");
  writeFileSync(tape, tapeBytes([channel(0), ...reads]));
  const named = { name: "counter", options: {}, seed: 0 };
  const out = join(folder, "a.zip");
  await bundled([tape], out, { request: { subject: { named, seat } } });
  return out;
}

test.each([
  "modbus/late-replies",
  "modbus/rtu-noise",
  "nmea/bad-contact",
  "length-prefixed/meter",
  "request-reply/heartbeat",
  "ota/rolled-back",
])("what happened there happens here: %s", async (name) => {
  const zip = join(temporaryFolder(), "a.zip");
  await bundledCase(name, zip);
  const { verdict, skew, tapes } = await again(zip);
  expect({ verdict, skew }).toEqual({ verdict: "reproduced", skew: [] });
  expect(tapes[0]?.retraced).toMatchObject({ verdict: "reproduced", compared: expect.any(Number) });
});

describe("what does not happen here is told, first thing first", () => {
  test("another value", async () => {
    const zip = await countedBundle(counter());
    const { verdict, tapes } = await again(zip, async () => counter({ lie: 4 }));
    expect(verdict).toBe("different");
    expect(tapes[0]?.retraced).toMatchObject({
      compared: 3,
      first: { type: "said", divergence: { type: "different", path: ["value", "length"] }, where: { line: 6 } },
    });
  });

  test("a failure that was not one there, and one that is none here", async () => {
    const sound = await again(await countedBundle(counter()), async () => counter({ fails: 5 }));
    expect(sound.tapes[0]?.retraced).toMatchObject({
      verdict: "different",
      first: { type: "failure", there: undefined, here: expect.stringContaining("failed at read 5") },
    });
    const mended = await again(await countedBundle(counter({ fails: 5 })), async () => counter());
    expect(mended.tapes[0]?.retraced).toMatchObject({ verdict: "different" });
  });

  test("the same failure is reproduced", async () => {
    const zip = await countedBundle(counter({ fails: 5 }));
    const { verdict, tapes } = await again(zip, async () => counter({ fails: 5 }));
    expect(verdict).toBe("reproduced");
    expect(tapes[0]?.retraced).toMatchObject({ wrong: { failure: { code: "SUBJECT_CRASHED" } } });
  });
});

describe("what cannot be reproduced says why", () => {
  test("a subject that is not installed here", async () => {
    const { verdict, why } = await again(await countedBundle(counter()));
    expect(verdict).toBe("cannot");
    expect(why).toMatch(/no subject "counter" here.*nothing is taken out of a bundle/);
  });

  test("no subject, and no tape", async () => {
    const folder = temporaryFolder();
    await bundledCase("nmea/receiver", join(folder, "a.zip"), { subject: undefined });
    expect(await again(join(folder, "a.zip"))).toMatchObject({ verdict: "cannot", why: /played into/ });
    await bundled([], join(folder, "b.zip"));
    expect(await again(join(folder, "b.zip"))).toMatchObject({ verdict: "cannot", why: "there is no tape in it" });
  });

  test("a tape that broke off there", async () => {
    const folder = temporaryFolder();
    const tape = join(folder, "a.tape.jsonl");
    const whole = tapeBytes([channel(0), raw(0, 0, "rx", "$GP")], { end: false });
    writeFileSync(tape, Buffer.concat([whole, Buffer.from('{"type":"raw","at":"no"}\n')]));
    await bundled([tape], join(folder, "a.zip"), { subject: { name: "nmea", options: {} } });
    const { verdict, tapes } = await again(join(folder, "a.zip"));
    expect(verdict).toBe("cannot");
    expect(tapes[0]?.retraced).toMatchObject({ why: expect.stringContaining("could not be played") });
  });

  test("other versions are told whatever came of it", async () => {
    const versions = { ...VERSIONS, app: "9.9.9", plugin_abi: 7 };
    const zip = join(temporaryFolder(), "a.zip");
    await bundledCase("nmea/receiver", zip, { request: { versions } });
    expect(await again(zip)).toMatchObject({
      verdict: "reproduced",
      skew: [
        { name: "app", there: "9.9.9", here: "1.2.3" },
        { name: "plugin_abi", there: "7", here: "1" },
      ],
    });
  });
});

test("a built-in subject is found under its own name, whatever it was called there", async () => {
  const zip = join(temporaryFolder(), "a.zip");
  await bundledCase("nmea/receiver", zip);
  const subject = { name: "gps-on-the-roof", builtIn: "nmea", options: {}, seed: 0 };
  expect(await again(zip, seatHere(), { subject })).toMatchObject({ verdict: "reproduced" });
});

test("the first fault of a bundle becomes a small case", async () => {
  const folder = temporaryFolder();
  const zip = join(folder, "a.zip");
  await bundledCase("nmea/bad-contact", zip);
  await using bundle = await openBundle(zip, open);
  const { manifest } = bundle;
  const reproduced = await reproduce({ ...bundle, versions: VERSIONS, seat: seatHere(), clock, signal: never });
  const wanted = {
    bundle: zip,
    subject: manifest.subject!,
    out: join(folder, "case"),
    force: false,
    keep: undefined,
    budget: { type: "runs", runs: 500 } as const,
  };
  const world = { config: NO_CONFIG, clock, signal: never, say: () => {} };
  const { signature, before, after } = await minimiseFound(reproduced, wanted, world);
  expect(signature).toContain('value.fault = "');
  expect(after.bytes).toBeLessThan(before.bytes / 4);
  const sound: Reproduction = { verdict: "reproduced", skew: [], tapes: [] };
  await expect(minimiseFound(sound, wanted, world)).rejects.toMatchObject({ code: "INCOMPLETE" });
});
