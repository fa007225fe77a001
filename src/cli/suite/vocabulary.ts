import type { Vocabulary } from "../../scenarios/coverage/uncovered.ts";

/** Faults that any framer may find. */
const ANY = ["interrupted", "truncated", "unfinished"] as const;

/** States and kinds of faults of the built-in subjects, as docs/subjects.md lists them. */
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
};
