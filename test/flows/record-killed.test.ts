import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { killedRecording } from "./killed-recording.ts";

/** What a recording promises on stderr, in ms. */
const PROMISED = 50;

test("a recorder killed under load ten times leaves ten tapes that open, and loses no more than it promised", async () => {
  const folder = temporaryFolder();
  for (let kill = 0; kill < 10; kill += 1) {
    const { echoed, recorded, lost, stalled } = await killedRecording(
      join(folder, `${kill}.tape.jsonl`),
      120 + kill * 13,
    );
    expect(echoed).toBeGreaterThan(100);
    expect(recorded).toBeGreaterThan(0);
    expect(lost).toBeLessThanOrEqual(PROMISED + stalled);
  }
});
