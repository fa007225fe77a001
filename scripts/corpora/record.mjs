// Records the corpus anew: `npm run build && node scripts/corpora/record.mjs [NAME…]`. Needs socat. Goldens are not
// touched: look at what changed and accept it with a reason.
import { rmSync } from "node:fs";
import * as modbus from "./modbus.mjs";
import * as ota from "./ota.mjs";
import * as others from "./others.mjs";
import { work } from "./recording.mjs";

const recordings = { ...modbus, ...others, ...ota };
const names = process.argv.slice(2);
for (const name of names.length > 0 ? names : Object.keys(recordings)) {
  const recording = recordings[name];
  if (recording === undefined) throw new Error(`no recording ${name}; there are ${Object.keys(recordings).join(", ")}`);
  await recording();
}
rmSync(work, { recursive: true, force: true });
process.exit(0);
