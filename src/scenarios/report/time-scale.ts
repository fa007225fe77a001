/**
 * Counts things over time without knowing beforehand how long it lasts: always the same number of columns, each of which stands for
 * twice the time when something later comes.
 */
export class TimeScale {
  readonly #columns: number;
  readonly #counts = new Map<string, Float64Array>();
  /** Nanoseconds that a column stands for. */
  #width = 1;
  #span = 0;

  constructor(columns: number) {
    this.#columns = columns;
  }

  /** The latest moment heard of. */
  get span(): number {
    return this.#span;
  }

  /** Time goes at least so far. */
  reach(at: number): void {
    if (at > this.#span) this.#span = at;
    while (at >= this.#width * this.#columns) this.#halve();
  }

  add(name: string, at: number, amount: number): void {
    this.reach(at);
    const counts = this.#counts.get(name) ?? new Float64Array(this.#columns);
    this.#counts.set(name, counts);
    const column = Math.floor(at / this.#width);
    counts[column] = (counts[column] ?? 0) + amount;
  }

  /** The counts of one thing, over the span from 0 on that all columns together stand for. */
  readonly columns = (name: string): readonly number[] => [...(this.#counts.get(name) ?? [])];

  /** How much time all columns together stand for: at least `span`, less than twice it. */
  get width(): number {
    return this.#width * this.#columns;
  }

  #halve(): void {
    this.#width *= 2;
    for (const [name, counts] of this.#counts) {
      const halved = new Float64Array(this.#columns);
      for (const [column, count] of counts.entries()) halved[column >> 1] = (halved[column >> 1] ?? 0) + count;
      this.#counts.set(name, halved);
    }
  }
}
