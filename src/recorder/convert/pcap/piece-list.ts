/** Bytes that arrived before what comes in front of them. `bytes` may be shorter than `to - from`: a snapped packet. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly bytes: Uint8Array;
}

/** Pieces of a whole that are not yet contiguous: sorted, without overlap. Where two overlap, what came first wins. */
export class PieceList {
  readonly #pieces: Piece[] = [];
  #bytes = 0;

  get first(): Piece | undefined {
    return this.#pieces[0];
  }

  get count(): number {
    return this.#pieces.length;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a copy of whatever of the piece is new; answers how many positions that are. */
  insert(from: number, to: number, bytes: Uint8Array): number {
    let added = 0;
    let position = from;
    let index = this.#firstEndingAfter(from);
    for (; position < to; index++) {
      const next = this.#pieces[index];
      const until = Math.min(to, next?.from ?? to);
      if (until > position) {
        this.#put(index++, position, until, bytes.slice(position - from, until - from));
        added += until - position;
      }
      if (next === undefined) break;
      position = Math.max(position, next.to);
    }
    return added;
  }

  shift(): Piece | undefined {
    const piece = this.#pieces.shift();
    if (piece !== undefined) this.#bytes -= piece.bytes.length;
    return piece;
  }

  #put(index: number, from: number, to: number, bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    if (index === this.#pieces.length) this.#pieces.push({ from, to, bytes });
    else this.#pieces.splice(index, 0, { from, to, bytes });
  }

  #firstEndingAfter(position: number): number {
    let low = 0;
    let high = this.#pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#pieces[middle]?.to ?? 0) > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
