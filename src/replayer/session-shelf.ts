import { SHELF_BYTES_MAX, type Shelf, SNAPSHOT_BYTES_MAX, type Snapshot, type Sought } from "./snapshot-shelf.ts";

interface ShelfOptions {
  readonly changed?: () => void;
  readonly bytesMax?: number;
}

/**
 * Snapshots in memory, for as long as a tape is played: of a subject of which nobody can tell whether its code will be the same
 * tomorrow. Once the code has changed there are none any more, and every seek is cold.
 */
export class SessionShelf implements Shelf {
  readonly #stamp: () => string | undefined;
  #code: string | undefined;
  readonly #changed: () => void;
  readonly #bytesMax: number;
  #open: boolean;
  /** In the order of their places. */
  #kept: readonly Snapshot[] = [];

  /** `stamp` tells one state of the subject's code from another; `undefined`: it cannot. `changed` hears of each change that is found. */
  constructor(stamp: () => string | undefined, { changed = () => {}, bytesMax = SHELF_BYTES_MAX }: ShelfOptions = {}) {
    this.#stamp = stamp;
    this.#code = stamp();
    this.#changed = changed;
    this.#bytesMax = bytesMax;
    this.#open = this.#code !== undefined;
  }

  async before({ at, line }: Sought): Promise<Snapshot | undefined> {
    this.#look();
    const [beforeAt, beforeLine] = [at ?? Number.POSITIVE_INFINITY, line ?? Number.POSITIVE_INFINITY];
    return this.#kept.findLast(({ position }) => position.at < beforeAt && position.line < beforeLine);
  }

  async put(snapshot: Snapshot): Promise<boolean> {
    if (!this.#open || snapshot.state.length > SNAPSHOT_BYTES_MAX) return false;
    const others = this.#kept.filter((kept) => !isAt(kept, snapshot));
    const behind = others.findIndex((kept) => isBefore(snapshot, kept));
    this.#kept = others.toSpliced(behind < 0 ? others.length : behind, 0, snapshot);
    const bytes = this.#kept.reduce((sum, { state }) => sum + state.length, 0);
    if (bytes > this.#bytesMax) this.#kept = this.#kept.filter((_, index, { length }) => (length - index) % 2 === 1);
    return true;
  }

  #look(): void {
    const code = this.#stamp();
    if (code === this.#code) return;
    this.#code = code;
    this.#open = false;
    this.#kept = [];
    this.#changed();
  }
}

function isBefore({ position: one }: Snapshot, { position: other }: Snapshot): boolean {
  return one.line < other.line || (one.line === other.line && one.at < other.at);
}

function isAt({ position: one }: Snapshot, { position: other }: Snapshot): boolean {
  return one.line === other.line && one.at === other.at;
}
