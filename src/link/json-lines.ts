import ndjson from "ndjson";

/**
 * JSON, one value a line, from a program that is not ours. Tells each value in order; a line that is none, or is too long, as `undefined`.
 * Memory is bounded by `lengthMax` characters and a read. Empty lines are passed over; what stands behind the last line end is never told.
 */
export class JsonLines {
  readonly #rows: ReturnType<typeof ndjson.parse>;

  constructor(lengthMax: number, tell: (value: unknown) => void) {
    const options = { strict: true, maxLength: lengthMax };
    this.#rows = ndjson.parse(options);
    // Taken where the package hands them out: behind that, the stream drops the good lines before a bad one and ends at a `null`.
    this.#rows.push = (value: unknown): boolean => {
      tell(value);
      return true;
    };
    this.#rows.on("error", () => tell(undefined));
  }

  take(bytes: Uint8Array): void {
    this.#rows.write(bytes);
  }
}
