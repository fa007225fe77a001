import type { ChannelRecord, LinkRecord, TapeRecord } from "./record.ts";

/**
 * What a later segment must repeat to be read alone: the channels, and the `link` records of the links that are open. A channel whose link was
 * closed is repeated only when it is used again, so that a day of short connections does not grow each segment.
 */
export class CarriedRecords {
  private readonly channels = new Map<number, ChannelRecord>();
  /** `open` and what has happened since. */
  private readonly links = new Map<number, readonly LinkRecord[]>();
  private readonly closed = new Set<number>();
  /** Channels that this segment does not declare yet. */
  private undeclared = new Set<number>();

  /** Must see every record that is written. Returns the declaration that has to stand before it in this segment. */
  declarationBefore(record: TapeRecord): ChannelRecord | undefined {
    if (record.type === "channel") {
      this.channels.set(record.channel, record);
      this.undeclared.delete(record.channel);
      return undefined;
    }
    if (record.type === "link") this.follow(record);
    if (this.undeclared.size === 0 || !("channel" in record) || record.channel === undefined) return undefined;
    if (!this.undeclared.delete(record.channel)) return undefined;
    const channel = this.channels.get(record.channel);
    return channel === undefined ? undefined : { ...channel, at: record.at };
  }

  isStream(channel: number): boolean {
    return this.channels.get(channel)?.kind !== "datagram";
  }

  /** The first records of a new segment that begins at `at`. */
  begin(at: LinkRecord["at"]): readonly TapeRecord[] {
    this.undeclared = new Set(this.closed);
    const open = [...this.channels.values()].filter(({ channel }) => !this.closed.has(channel));
    return [...open, ...[...this.links.values()].flat()].map((record) => ({ ...record, at }));
  }

  private follow(link: LinkRecord): void {
    const { channel, event } = link;
    if (event === "open") {
      this.links.set(channel, [link]);
      this.closed.delete(channel);
    } else if (event === "half-close") {
      this.links.set(channel, [...(this.links.get(channel) ?? []), link]);
    } else {
      this.links.delete(channel);
      if (event !== "lost") this.closed.add(channel);
    }
  }
}
