import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../../../src/bytes/json.ts";
import { resolveSubject } from "../../../src/cli/subjects.ts";
import { nanos, seconds } from "../../../src/time/nanos.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const TAPE = resolve(import.meta.dirname, "../../../corpora/ota/clean/tape.jsonl");

/** What the updater and its world say, with these faults, until all is over. */
async function world(faults: readonly Json[], seed = 1, file = TAPE): Promise<readonly JsonObject[]> {
  const { subject, config } = await resolveSubject("updater-world", undefined, { config: {}, file: undefined });
  await using run = await subject.open({ config, channels: [], seed, faults, file });
  const { signal } = new AbortController();
  const { outputs } = await run.advance([], seconds(100_000), signal);
  return outputs.flatMap((record) => (record.type === "output" ? [record.value as JsonObject] : []));
}

describe("a device in a simulated world", () => {
  test("updates as it was recorded, if nothing happens", async () => {
    expect((await world([])).at(-1)).toEqual({
      type: "installed",
      current: "versions/2.0.0",
      confirmed: "1.0.0",
      change: "switched",
      floor: 1,
      failed: [],
    });
  });

  test("has one whole version after a power cut before any operation, and comes to the new one", async () => {
    let operation = 0;
    for (; ; operation += 1) {
      const said = await world([{ fault: "cut-power", operation }], operation);
      if (said.every(({ type }) => type !== "power-cut")) break;
      expect(said.at(-1), `operation ${operation}`).toMatchObject({ current: "versions/2.0.0", floor: 1 });
      expect(said.filter(({ outcome }) => outcome === "inconsistent")).toEqual([]);
    }
    expect(operation, "operations of the whole update").toBeGreaterThan(60);
  });

  test("keeps the old version on a disk that is full at any byte of the way", async () => {
    for (const bytes of [0, 100, 5_000, 70_000, 130_000, 200_000]) {
      const last = (await world([{ fault: "disk-full", bytes }])).at(-1);
      expect(last, `${bytes} bytes`).toMatchObject({ current: "versions/1.0.0", confirmed: "1.0.0", change: null });
    }
  });

  test("gives a server up that gives nothing, and refuses faults that it does not have", async () => {
    const said = await world([{ fault: "slow-server", bytesPerSecond: 0, at: nanos(0) }]);
    expect(said.at(-1)).toMatchObject({ current: "versions/1.0.0" });
    expect(said).toContainEqual({ type: "end", outcome: "failed", reason: "slow" });
    await expect(world([{ fault: "drop" }])).rejects.toThrow(/no such fault/);
  });

  test("is not made of more payload than memory holds", async () => {
    const tape = join(temporaryFolder(), "tape.jsonl");
    writeFileSync(tape, readFileSync(TAPE, "utf8").replace(/("media":"[^"]*","size":)\d+/, "$1300000000"));
    await expect(world([], 1, tape)).rejects.toThrow(/at most 256 MiB/);
  });
});
