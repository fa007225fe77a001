// Writes a live tape as fast as it can, until somebody kills it: `write-tape PATH`.
import { Buffer } from "node:buffer";
import process from "node:process";
import { TapeWriter } from "../../src/tape/writer.ts";
import { ZERO } from "../../src/time/nanos.ts";
import { SystemClock, turn } from "../../src/time/system-clock.ts";

const clock = new SystemClock({ sleep: "coarse" });
const writer = await TapeWriter.create(process.argv[2] ?? "", {
  header: {
    id: "killed",
    started: "2026-11-20T12:00:00.000000Z",
    recorder: { version: "0.1.0", git: "0" },
    requires: [],
    meta: {},
  },
  clock,
  live: true,
  rotate: { bytes: 3_000_000 },
});
writer.write({ type: "channel", at: ZERO, channel: 0, name: "a", kind: "stream", source: "", settings: {} });
process.stdout.write("writing\n");
for (let index = 0; ; index++) {
  writer.write({ type: "raw", at: clock.now(), channel: 0, dir: "rx", bytes: Buffer.from(`reading ${index}\r\n`) });
  if (index % 64 !== 0) continue;
  if (writer.full) await writer.drained();
  await turn();
}
