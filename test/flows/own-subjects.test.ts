import { join } from "node:path";
import { describe, test } from "vitest";
import { agrees, EXAMPLES } from "./own-subjects.ts";

describe("the examples say what the built-in subjects say, record for record", () => {
  test("an old parser that knows nothing of machines", () =>
    agrees({ named: { module: join(EXAMPLES, "legacy-nmea.mjs") }, like: "nmea/receiver" }));

  test("an old watchdog whose timers are those of a live line: its time-outs come at the tape's nanosecond", () =>
    agrees({
      named: { module: join(EXAMPLES, "legacy-modbus-watch.mjs"), options: { timeoutMs: 200 } },
      like: "modbus/slow-device",
    }));

  test("an XState machine with delayed transitions", () =>
    agrees({
      named: { module: join(EXAMPLES, "xstate-modbus-watch.mjs"), options: { timeoutMs: 200 } },
      like: "modbus/slow-device",
    }));
});
