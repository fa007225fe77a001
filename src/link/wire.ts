import type { Dir, GapCause, LinkChange } from "../bytes/channel.ts";
import type { Nanos } from "../time/nanos.ts";
import type { ChannelDeclaration, LinkDetail } from "./arrival.ts";
import type { Arrivals } from "./arrivals.ts";

/** One channel of a recording, as a link sees it: what happens on it goes to the arrivals, and it ends once. */
export class Wire {
  readonly #arrivals: Arrivals;
  readonly #channel: number;
  readonly #silent = new Set<Dir>();
  #open = false;
  #wasOpen = false;

  constructor(arrivals: Arrivals, declaration: ChannelDeclaration) {
    this.#arrivals = arrivals;
    this.#channel = arrivals.channel(declaration);
  }

  opened(): void {
    this.#open = true;
    this.#wasOpen = true;
    this.#silent.clear();
    this.#arrivals.link(this.#channel, "open");
  }

  raw(dir: Dir, bytes: Uint8Array, at?: Nanos): void {
    this.#arrivals.raw(this.#channel, dir, bytes, at);
  }

  gap(dir: Dir, cause: GapCause, bytes?: number): void {
    this.#arrivals.gap(this.#channel, dir, cause, bytes);
  }

  /** The end that sends in direction `dir` will send no more. */
  fellSilent(dir: Dir): void {
    if (!this.#open || this.#silent.has(dir)) return;
    this.#silent.add(dir);
    this.#arrivals.link(this.#channel, "half-close", { dir });
  }

  /** The link is over; only the first of several reasons is told. True if this was it. */
  ended(change: Exclude<LinkChange, "open" | "half-close">, detail: LinkDetail = {}): boolean {
    if (!this.#open) return false;
    this.#open = false;
    this.#arrivals.link(this.#channel, change, detail);
    return true;
  }

  /** A link that never opened: told as well, so that the tape knows the attempt. */
  failed(change: "reset" | "lost", detail: LinkDetail): void {
    this.#arrivals.link(this.#channel, change, detail);
  }

  /** Whether it was ever open. */
  get wasOpen(): boolean {
    return this.#wasOpen;
  }
}
