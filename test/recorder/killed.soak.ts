import { join } from "node:path";
import { expect, test } from "vitest";
import { killedRecording } from "../flows/killed-recording.ts";
import { temporaryFolder } from "../temporary-folder.ts";

test("a recorder killed under load a hundred times leaves a hundred tapes that open, and loses at most 50 ms", async () => {
  const folder = temporaryFolder();
  const losses: number[] = [];
  for (let kill = 0; kill < 100; kill += 1) {
    const { recorded, lost, stalled } = await killedRecording(join(folder, `${kill}.tape.jsonl`), 60 + kill * 7);
    expect(recorded).toBeGreaterThan(0);
    losses.push(lost - stalled);
  }
  expect(Math.max(...losses)).toBeLessThanOrEqual(50);
});
