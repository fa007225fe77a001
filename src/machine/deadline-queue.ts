/** Something that waits for its time in a `DeadlineQueue`. The queue alone writes `due` and `place`. */
export interface Waiting {
  /** When, or Infinity: never. */
  due: number;
  /** Who goes first among those of one time: the lower one. */
  readonly order: number;
  /** Where it stands in the queue; −1: not in it. */
  place: number;
}

/** A new one, that waits for nothing yet. */
export const NOT_WAITING = { due: Number.POSITIVE_INFINITY, place: -1 } as const;

/**
 * Who is due first, among many whose deadlines change at every step: a binary heap that knows each one's place, so that a
 * change costs O(log n) and no memory, and one that does not change the order costs next to nothing.
 */
export class DeadlineQueue<W extends Waiting> {
  private readonly heap: W[] = [];

  get first(): W | undefined {
    return this.heap[0];
  }

  /** Gives `waiting` another deadline; `undefined` takes it out. */
  set(waiting: W, due: number | undefined): void {
    if (due === undefined) {
      if (waiting.place >= 0) this.remove(waiting);
      return;
    }
    if (due === waiting.due) return;
    waiting.due = due;
    if (waiting.place < 0) {
      waiting.place = this.heap.length;
      this.heap.push(waiting);
    }
    this.settle(waiting);
  }

  clear(): void {
    for (const waiting of this.heap) Object.assign(waiting, NOT_WAITING);
    this.heap.length = 0;
  }

  private remove(waiting: W): void {
    const last = this.heap.pop();
    if (last !== undefined && last !== waiting) {
      last.place = waiting.place;
      this.heap[last.place] = last;
      this.settle(last);
    }
    waiting.due = NOT_WAITING.due;
    waiting.place = NOT_WAITING.place;
  }

  private settle(waiting: W): void {
    this.rise(waiting);
    this.sink(waiting);
  }

  private rise(waiting: W): void {
    while (waiting.place > 0) {
      const parent = this.heap[(waiting.place - 1) >>> 1];
      if (parent === undefined || !goesBefore(waiting, parent)) return;
      this.swap(waiting, parent);
    }
  }

  private sink(waiting: W): void {
    for (;;) {
      const left = this.heap[waiting.place * 2 + 1];
      const right = this.heap[waiting.place * 2 + 2];
      if (left === undefined) return;
      const child = right !== undefined && goesBefore(right, left) ? right : left;
      if (!goesBefore(child, waiting)) return;
      this.swap(child, waiting);
    }
  }

  private swap(a: W, b: W): void {
    const place = a.place;
    a.place = b.place;
    b.place = place;
    this.heap[a.place] = a;
    this.heap[b.place] = b;
  }
}

function goesBefore(a: Waiting, b: Waiting): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}
