import type { Dir } from "../bytes/channel.ts";
import { assert } from "../errors.ts";
import { formatIso, parseIso } from "../time/iso.ts";
import type { Nanos } from "../time/nanos.ts";
import type { ChannelRecord, LinkRecord, TapeRecord, WallRecord } from "./record.ts";

/**
 * What was said on a tape and still holds: channels, links that are open, the last anchor of the date. Whoever begins in the
 * middle says it again, so that what follows can be read alone.
 */
export class InForce {
  readonly #channels = new Map<number, ChannelRecord>();
  readonly #links = new Map<number, OpenLink>();
  #wall: WallRecord | undefined;

  take(record: TapeRecord): void {
    if (record.type === "channel") this.#channels.set(record.channel, record);
    else if (record.type === "link") this.#link(record);
    else if (record.type === "wall") this.#wall = record;
  }

  get channels(): readonly ChannelRecord[] {
    return [...this.#channels.values()];
  }

  /** Everything that holds, as records at `at`: channels in the order of their declaration, then links, then the date. */
  restated(at: Nanos): readonly TapeRecord[] {
    const records: TapeRecord[] = this.channels.map((channel) => ({ ...channel, at }));
    for (const { open, silent } of this.#links.values()) {
      records.push({ ...open, at });
      for (const link of silent.values()) records.push({ ...link, at });
    }
    if (this.#wall !== undefined) records.push(moved(this.#wall, at));
    return records;
  }

  #link(link: LinkRecord): void {
    if (link.event === "open") this.#links.set(link.channel, { open: link, silent: new Map() });
    else if (link.event === "half-close") this.#links.get(link.channel)?.silent.set(link.dir, link);
    else this.#links.delete(link.channel);
  }
}

interface OpenLink {
  readonly open: LinkRecord;
  /** Directions that fell silent. */
  readonly silent: Map<Dir | undefined, LinkRecord>;
}

/** The date at another time by the same anchor; its step was told where it happened. */
function moved(wall: WallRecord, at: Nanos): WallRecord {
  const date = parseIso(wall.wall);
  assert(date !== undefined, `${wall.wall} was read as a date before`);
  return { type: "wall", at, wall: formatIso(date + BigInt(at) - BigInt(wall.at)), step: 0 };
}
