import fc from "fast-check";
import type { ChannelKind, Dir } from "../../src/bytes/channel.ts";
import type { ChannelRecord, TapeRecord } from "../../src/tape/record.ts";
import { nanos, ZERO } from "../../src/time/nanos.ts";

export const channel = (number: number, kind: ChannelKind = "stream", name = `wire-${number}`): ChannelRecord => ({
  type: "channel",
  at: ZERO,
  channel: number,
  name,
  kind,
  source: `tcp:10.0.0.${number}:502`,
  settings: {},
});

export const raw = (at: number, number: number, dir: Dir, bytes: Uint8Array | string): TapeRecord => ({
  type: "raw",
  at: nanos(at),
  channel: number,
  dir,
  bytes: typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes,
});

/** Three channels, the last of datagrams, each declared and opened; then traffic of every kind in time order. */
export const traffic = (maxLength = 60): fc.Arbitrary<TapeRecord[]> =>
  fc.array(fc.tuple(fc.integer({ min: 0, max: 2_000_000 }), body), { maxLength }).map((steps) => {
    const records: TapeRecord[] = [channel(0), channel(1), channel(2, "datagram")];
    for (const { channel: number } of [{ channel: 0 }, { channel: 1 }])
      records.push({ type: "link", at: ZERO, channel: number, event: "open" });
    let at = 0;
    for (const [silence, make] of steps) {
      at += silence;
      records.push(make(at));
    }
    return records;
  });

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ maxLength: 40 }).map((text) => new TextEncoder().encode(text)),
);

const body: fc.Arbitrary<(at: number) => TapeRecord> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.constantFrom<Dir>("rx", "tx"), bytes).map(
      ([number, dir, payload]) =>
        (at: number): TapeRecord =>
          raw(at, number, dir, payload),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.string({ maxLength: 10 }).map(
      (label) =>
        (at: number): TapeRecord => ({ type: "mark", at: nanos(at), label }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat({ max: 2 }).map(
      (number) =>
        (at: number): TapeRecord => ({
          type: "gap",
          at: nanos(at),
          channel: number,
          dir: "rx",
          cause: "overrun",
          bytes: 3,
        }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.jsonValue({ maxDepth: 2 }).map(
      (value) =>
        (at: number): TapeRecord => ({
          type: "output",
          at: nanos(at),
          machine: "lines",
          channel: 0,
          value: JSON.parse(JSON.stringify(value)),
        }),
    ),
  },
);

/** All bytes of each channel and direction, joined. */
export function wires(records: Iterable<TapeRecord>): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const record of records) {
    if (record.type !== "raw" || record.bytes.length === 0) continue;
    const key = `${record.channel}/${record.dir}`;
    joined[key] = (joined[key] ?? "") + Buffer.from(record.bytes).toString("hex");
  }
  return joined;
}
