// Decodes so many records one after the other and says how much memory is kept then: `decode-for-long COUNT`, under --expose-gc.
import process from "node:process";
import { type Decoder, Decoding } from "../../src/recorder/decoding.ts";
import { nanos } from "../../src/time/nanos.ts";
import { turn } from "../../src/time/system-clock.ts";
import { VirtualClock } from "../../src/time/virtual-clock.ts";

const silent: Decoder = {
  advance: async () => ({ outputs: [], deadline: undefined }),
  [Symbol.asyncDispose]: async () => {},
};
const decoding = new Decoding(silent, new VirtualClock(turn));
const bytes = new Uint8Array(8);
const kept = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};
const before = kept();
for (let index = 0; index < Number(process.argv[2]); index++)
  await decoding.take({ type: "raw", at: nanos(index), channel: 0, dir: "rx", bytes });
const grown = kept() - before;
await decoding.end(nanos(Number(process.argv[2]))); // until here it is still recording
process.stdout.write(JSON.stringify({ grown }));
