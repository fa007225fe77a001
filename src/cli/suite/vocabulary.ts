import type { UpdaterStateName } from "../../ota/update/updater-talk.ts";
import type { Vocabulary } from "../../scenarios/coverage/uncovered.ts";
import { PORT_FAULTS } from "../../scenarios/faults/disturbance.ts";

/** Faults that any framer may find. */
const ANY = ["interrupted", "truncated", "unfinished"] as const;

/** A table, so that the compiler asks for a state that is new. `idle` is between sessions: no session says it. */
const UPDATER_STATES: Readonly<Record<Exclude<UpdaterStateName, "idle">, true>> = {
  checking: true,
  downloading: true,
  verifying: true,
  staging: true,
  "waiting-for-exit": true,
  switching: true,
  launching: true,
  confirming: true,
  committed: true,
  "rolling-back": true,
  "rolled-back": true,
  failed: true,
  inconsistent: true,
};

/** States and kinds of faults of the built-in subjects, as docs/subjects.md lists them, and what can disturb the updater's ports. */
export const VOCABULARY: Readonly<Record<string, Vocabulary>> = {
  lines: { faults: ["too-long", "interrupted", "unfinished"] },
  "length-prefixed": { faults: ["bad-crc", "bad-checksum", "bad-end", "bad-length", "rubbish", ...ANY] },
  slip: { faults: ["bad-escape", "bad-crc", "bad-checksum", "too-long", ...ANY] },
  cobs: { faults: ["bad-code", "bad-crc", "bad-checksum", "too-long", ...ANY] },
  nmea: { faults: ["bad-checksum", "no-checksum", "bad-tag", "cut-short", "too-long", "rubbish", ...ANY] },
  "modbus-tcp": { faults: ["rubbish", ...ANY] },
  "modbus-rtu": { faults: ["bad-crc", ...ANY] },
  "modbus-session": {
    states: [
      "requested",
      "retried",
      "broadcast",
      "answered",
      "refused",
      "contradicted",
      "timed-out",
      "given-up",
      "late",
      "cut-off",
      "unsolicited",
    ],
  },
  "request-reply": { states: ["connecting", "ready", "waiting", "backing-off", "stopped"] },
  updater: { states: Object.keys(UPDATER_STATES), disturbances: PORT_FAULTS },
};
