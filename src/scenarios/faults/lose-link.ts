import { compilePredicate, type Predicate } from "../../tape/predicate.ts";
import type { LinkRecord, TapeRecord } from "../../tape/record.ts";
import type { Emit, Stage, Transform } from "../../tape/transform.ts";
import { later, type Nanos, plus, ZERO } from "../../time/nanos.ts";
import type { Placement } from "./choice.ts";
import type { FaultOf } from "./schema.ts";
import { atOf, Starting } from "./start.ts";

/**
 * The link of a channel goes, and what was sent meanwhile is lost with it. It comes back after `for`, or when the tape itself opens it
 * the next time.
 */
export function loseLink(fault: FaultOf<"lose-link">, placement: Placement): Transform {
  return (emit) => new LinkLoss(fault, placement, emit);
}

class LinkLoss implements Stage {
  readonly #fault: FaultOf<"lose-link">;
  readonly #found: () => void;
  readonly #starting: Starting;
  readonly #where: Predicate | undefined;
  readonly #emit: Emit;
  readonly #declared = new Set<number>();
  /** Channels whose link the tape itself has closed. */
  readonly #closed = new Set<number>();
  /** Channels without a link, and until when; `undefined`: until the tape says so. */
  readonly #lost = new Map<number, Nanos | undefined>();
  #done = false;
  #lastAt: Nanos = ZERO;

  constructor(fault: FaultOf<"lose-link">, placement: Placement, emit: Emit) {
    this.#fault = fault;
    this.#found = placement.found;
    this.#starting = new Starting(placement.start);
    this.#where = fault.where === undefined ? undefined : compilePredicate(fault.where);
    this.#emit = emit;
  }

  take(record: TapeRecord, line: number): void {
    this.#reopen(record, line);
    if (!this.#done && this.#starting.holds(record, line) && (this.#where?.(record) ?? true)) this.#lose(record, line);
    // The link may be lost and back before this record.
    this.#reopen(record, line);
    if (record.type === "channel") this.#declared.add(record.channel);
    if (record.type === "link") this.#follow(record);
    this.#lastAt = atOf(record);
    if (!this.#swallows(record)) this.#emit(record, line);
  }

  end(): void {}

  #lose(record: TapeRecord, line: number): void {
    const { channel, event } = this.#fault;
    const own = "channel" in record && record.type !== "channel" ? record.channel : undefined;
    const named = channel ?? (this.#where === undefined ? undefined : own);
    const channels = named === undefined ? [...this.#declared] : [named];
    if (channels.length === 0) return;
    this.#done = true;
    this.#found();
    // The moment may lie before the record that reaches it, but not before one that has gone on already.
    const at = this.#where === undefined ? later(this.#lastAt, this.#starting.at(record)) : atOf(record);
    for (const one of channels) {
      this.#emit({ type: "link", at, channel: one, event, reason: "fault" }, line);
      this.#lost.set(one, this.#fault.for === undefined ? undefined : plus(at, this.#fault.for));
    }
  }

  #reopen(record: TapeRecord, line: number): void {
    for (const [channel, until] of this.#lost) {
      if (until === undefined || until > atOf(record)) continue;
      this.#lost.delete(channel);
      if (!this.#closed.has(channel))
        this.#emit({ type: "link", at: until, channel, event: "open", reason: "fault" }, line);
    }
  }

  #follow({ channel, event }: LinkRecord): void {
    if (event === "open") this.#closed.delete(channel);
    else if (event !== "half-close") this.#closed.add(channel);
  }

  #swallows(record: TapeRecord): boolean {
    if (record.type !== "raw" && record.type !== "link" && record.type !== "gap") return false;
    if (record.channel === undefined || !this.#lost.has(record.channel)) return false;
    const opens = record.type === "link" && record.event === "open" && this.#lost.get(record.channel) === undefined;
    if (opens) this.#lost.delete(record.channel);
    return !opens;
  }
}
