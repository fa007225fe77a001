import { type Dir, GAP_CAUSES } from "../../bytes/channel.ts";
import { Random } from "../../bytes/random.ts";
import type { TapeRecord } from "../../tape/record.ts";
import { NANOS_PER_MILLI, type Nanos, nanos } from "../../time/nanos.ts";

const TURNS = 160;

/** What lines look like in the field: bytes that the one or the other protocol begins with, and that none does. */
const SCRAPS = [
  "$GPGGA,120000.00,5407.1000,N,01205.2000,E,1,08,0.9,3.0,M,41.2,M,,*69\r\n",
  "T 21.5\r\n",
  "ok\n",
  "\u0002{}\u0003\n",
  "\n\n\r\r\n",
  "x".repeat(300),
].map((text) => new TextEncoder().encode(text));
const MODBUS = Uint8Array.of(0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1);

/**
 * Inputs that are hard on purpose, the same at every run: noise, pieces of frames, several reads of one instant, gaps, links that drop,
 * two channels, long silences.
 */
export function hardInputs(): readonly TapeRecord[] {
  const random = new Random(1, "plugin check");
  const records: TapeRecord[] = [0, 1].map((channel) => ({
    type: "channel",
    at: nanos(0),
    channel,
    name: `line-${channel}`,
    kind: channel === 0 ? "stream" : "datagram",
    source: "tcp:127.0.0.1:502",
    settings: {},
  }));
  let at = nanos(0);
  for (let turn = 0; turn < TURNS; turn += 1) {
    at = nanos(at + pause(random));
    records.push(inputAt(at, random));
  }
  return records;
}

function pause(random: Random): number {
  if (random.chance(0.2)) return 0;
  return random.chance(0.05) ? 3_600_000 * NANOS_PER_MILLI : random.below(500 * NANOS_PER_MILLI);
}

function inputAt(at: Nanos, random: Random): TapeRecord {
  const channel = random.below(2);
  const dir: Dir = random.chance(0.7) ? "rx" : "tx";
  const drawn = random.below(20);
  if (drawn === 0)
    return { type: "gap", at, channel, dir, cause: GAP_CAUSES[random.below(GAP_CAUSES.length)] ?? "overrun" };
  if (drawn === 1) return { type: "link", at, channel, event: random.chance(0.5) ? "lost" : "reset" };
  if (drawn === 2) return { type: "link", at, channel, event: "open" };
  return { type: "raw", at, channel, dir, bytes: bytesOf(random) };
}

/** A scrap as a whole or a part of it, or noise. */
function bytesOf(random: Random): Uint8Array {
  const scrap = [...SCRAPS, MODBUS][random.below(SCRAPS.length + 3)];
  if (scrap === undefined) return Uint8Array.from({ length: 1 + random.below(200) }, () => random.below(256));
  if (random.chance(0.6)) return scrap;
  const start = random.below(scrap.length);
  return scrap.slice(start, start + 1 + random.below(scrap.length - start));
}
