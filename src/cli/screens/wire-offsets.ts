import type { Dir } from "../../bytes/channel.ts";
import type { PlaybackEvent, PlaybackView } from "../../replayer/playback-view.ts";

/** Bytes by wire (`channel/dir`) since the tape began, as they were before an event. */
export interface WireOffsets {
  readonly before: PlaybackEvent | undefined;
  readonly bytes: ReadonlyMap<string, number>;
}

export const wireName = (channel: number, dir: Dir): string => `${channel}/${dir}`;

/**
 * The offsets before the first of the recent events of `next`: all zero as long as the tape's beginning is among them, carried on
 * while no event was missed; else `undefined`: they must be counted on the tape.
 */
export function carriedOffsets(
  known: WireOffsets | undefined,
  previous: PlaybackView,
  next: PlaybackView,
): WireOffsets | undefined {
  const before = next.recent[0];
  if (next.recent.filter(({ type }) => type === "fed").length === next.fed) return { before, bytes: new Map() };
  if (known === undefined || before === undefined) return undefined;
  if (known.before === before) return known;
  const dropped = previous.recent.indexOf(before);
  return dropped < 0 ? undefined : { before, bytes: added(known.bytes, previous.recent.slice(0, dropped)) };
}

/** The same after these events. */
export function added(
  bytes: ReadonlyMap<string, number>,
  events: readonly Pick<PlaybackEvent, "type" | "record">[],
): ReadonlyMap<string, number> {
  const sums = new Map(bytes);
  for (const { type, record } of events) {
    if (type !== "fed" || record.type !== "raw") continue;
    const name = wireName(record.channel, record.dir);
    sums.set(name, (sums.get(name) ?? 0) + record.bytes.length);
  }
  return sums;
}
