import type { Nanos } from "../../../time/nanos.ts";
import type { CapturedPacket } from "./captured-packet.ts";
import type { IpHeader } from "./ip-header.ts";
import { PieceList } from "./piece-list.ts";

const DATAGRAMS_MAX = 1024;
const BYTES_MAX = 16 << 20;
const DATAGRAM_BYTES_MAX = 65_535;
/** RFC 1122 §3.3.2 asks for 60 to 120 s, systems wait 30 to 60; measured in the capture's own time. */
const AGE_MAX = 60_000_000_000;

/** A datagram of which pieces are there. */
interface Collection {
  readonly header: IpHeader;
  readonly pieces: PieceList;
  readonly since: Nanos;
  /** Length of the whole; -1 until the last piece was there. */
  total: number;
}

/** What became of a datagram: `bytes` is all of it, or as much as is there from its beginning on. */
export interface Reassembled {
  readonly header: IpHeader;
  readonly bytes: Uint8Array;
  readonly whole: boolean;
}

/** Puts fragmented datagrams together (RFC 791 §3.2, RFC 8200 §4.5), within fixed memory. Where pieces overlap the first wins. */
export class Fragments {
  readonly #collections = new Map<string, Collection>();
  #bytes = 0;

  /** Takes a piece. Answers with the datagrams that it completes, or that are given up because of it. */
  add(packet: CapturedPacket, header: IpHeader, at: Nanos): readonly Reassembled[] {
    const done = this.#expire(at);
    const key = `${header.version} ${header.protocol} ${header.fragmentId} ${header.words.join(" ")}`;
    const collection = this.#collections.get(key) ?? this.#begin(key, header, at);
    const from = header.fragmentOffset;
    const to = from + packet.wireEnd - packet.start;
    if (packet.end === packet.wireEnd && to <= DATAGRAM_BYTES_MAX) {
      const before = collection.pieces.bytes;
      collection.pieces.insert(from, to, packet.bytes.subarray(packet.start, packet.end));
      this.#bytes += collection.pieces.bytes - before;
      if (!header.moreFragments) collection.total = to;
    }
    return isWhole(collection) ? [...done, this.#finish(key, collection)] : done;
  }

  /** Nothing more comes: everything that is not whole. */
  end(): readonly Reassembled[] {
    return [...this.#collections].map(([key, collection]) => this.#finish(key, collection));
  }

  /** Gives up what is too old, or the oldest where there is too much. */
  #expire(at: Nanos): readonly Reassembled[] {
    const done: Reassembled[] = [];
    for (const [key, collection] of this.#collections) {
      const full = this.#collections.size >= DATAGRAMS_MAX || this.#bytes > BYTES_MAX;
      if (!full && at - collection.since <= AGE_MAX) break;
      done.push(this.#finish(key, collection));
    }
    return done;
  }

  #begin(key: string, header: IpHeader, since: Nanos): Collection {
    const own = { ...header, words: header.words.slice(), fragmentOffset: 0, moreFragments: false };
    const collection = { header: own, pieces: new PieceList(), since, total: -1 };
    this.#collections.set(key, collection);
    return collection;
  }

  #finish(key: string, collection: Collection): Reassembled {
    this.#collections.delete(key);
    this.#bytes -= collection.pieces.bytes;
    const parts: Uint8Array[] = [];
    let length = 0;
    for (let piece = collection.pieces.shift(); piece !== undefined; piece = collection.pieces.shift()) {
      if (piece.from !== length) break;
      parts.push(piece.bytes);
      length = piece.to;
    }
    const bytes = new Uint8Array(length);
    let end = 0;
    for (const part of parts) {
      bytes.set(part, end);
      end += part.length;
    }
    const { header, total } = collection;
    const whole = total >= 0 && length >= total;
    return { header, bytes: whole ? bytes.subarray(0, total) : bytes, whole };
  }
}

/** Pieces do not overlap, so the whole is there when as many bytes are. */
function isWhole({ pieces, total }: Collection): boolean {
  return total >= 0 && pieces.bytes >= total;
}
