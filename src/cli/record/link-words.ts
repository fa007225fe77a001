import type { LinkNotice } from "../../recorder/intake.ts";

/** Tells a person, while it records, which links went and came back: once for each source, however often it is tried. */
export class LinkWords {
  readonly #down = new Set<string>();

  /** `undefined`: nothing that a person has to know at once. What devices do to each other's connections is traffic. */
  take({ event, reason, wasOpen, name, source }: LinkNotice): string | undefined {
    if (event === "open") return this.#down.delete(source) ? `${name}: the link is open again` : undefined;
    const traffic = event === "half-close" || event === "close" || (event === "reset" && wasOpen);
    if (traffic || this.#down.has(source)) return undefined;
    this.#down.add(source);
    const why = reason === undefined ? "" : ` (${reason})`;
    return wasOpen ? `${name}: the link is lost${why}` : `${name}: the other end cannot be reached${why}`;
  }
}
