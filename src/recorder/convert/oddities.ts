/** Everything that an import can come across and that its user should hear of, in the order in which it is told. */
export const ODDITIES = {
  torn: "file that ends in the middle: what came before is kept",
  "stamp-back": "stamps out of order by up to a second: they got the time of the one before",
  "clock-set": "times the clock was set: noted as wall records",
  missing: "times bytes of a connection are not in the file: gaps",
  truncated: "packets were captured in part only: gaps",
  dropped: "packets were lost by whoever captured, as the file says",
  evicted: "connections were given up because too many others were busy",
  "fragments-lost": "fragmented packets are not complete in the file",
  malformed: "packets with broken headers, left out",
  "link-type": "packets of a link type that is not supported, left out",
  "not-ip": "packets that are not IP, left out",
  "not-transport": "IP packets that are neither TCP nor UDP, left out",
  filtered: "packets of other ports, left out",
  retransmitted: "segments sent again, left out",
  overlapping: "segments that overlap earlier ones: the earlier bytes are kept",
  "out-of-order": "segments out of order, put in order",
  "keep-alive": "keep-alive probes, left out",
  "after-end": "segments beyond the end of their connection, left out",
  unanswered: "attempts to connect that nobody answered, left out",
  stray: "segments without bytes of connections that are otherwise unknown, left out",
  zoneless: "dates without a zone, taken as UTC (--zone says another)",
  noise: "lines that are no part of the dump, left out",
} as const;

export type OddityKind = keyof typeof ODDITIES;

export interface Oddity {
  readonly kind: OddityKind;
  readonly count: number;
  /** Payload bytes concerned, where the kind has any. */
  readonly bytes: number;
}

/** Counts what was odd about an input. Nothing that an import leaves out is left out in silence. */
export class OddityCounts {
  readonly #counts = new Map<OddityKind, { count: number; bytes: number }>();

  note(kind: OddityKind, bytes = 0, count = 1): void {
    const known = this.#counts.get(kind);
    if (known === undefined) this.#counts.set(kind, { count, bytes });
    else {
      known.count += count;
      known.bytes += bytes;
    }
  }

  count(kind: OddityKind): number {
    return this.#counts.get(kind)?.count ?? 0;
  }

  /** In the order of the table above. */
  list(): readonly Oddity[] {
    const kinds = Object.keys(ODDITIES).filter((kind): kind is OddityKind => kind in ODDITIES);
    return kinds.flatMap((kind) => {
      const counted = this.#counts.get(kind);
      return counted === undefined ? [] : [{ kind, ...counted }];
    });
  }
}
