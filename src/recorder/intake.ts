import type { LinkChange } from "../bytes/channel.ts";
import { FieldtapeError } from "../errors.ts";
import type { Arrival, ArrivedLink, LinkDetail } from "../link/arrival.ts";
import type { OutputRecord } from "../tape/record.ts";
import type { TapeWriter } from "../tape/writer.ts";
import { type Nanos, nanos, plus, seconds, ZERO } from "../time/nanos.ts";
import type { ArrivalRedaction } from "./arrival-redaction.ts";
import type { Decoding } from "./decoding.ts";
import { Tally } from "./tally.ts";

/** How long virtual time runs on behind the last input before what is unfinished is given up: a replay's `--drain`. */
const DRAIN = seconds(1);

/** A link that changed, while it records. */
export interface LinkNotice extends LinkDetail {
  readonly event: LinkChange;
  /** Whether the link was open before. */
  readonly wasOpen: boolean;
  /** Name and source of its channel. */
  readonly name: string;
  readonly source: string;
}

export interface IntakeOptions {
  readonly decoding?: Decoding | undefined;
  /** What is decoded, counted, shown and written is redacted before. */
  readonly redaction?: ArrivalRedaction | undefined;
  readonly notice?: ((notice: LinkNotice) => void) | undefined;
}

/** The way of what arrived onto the tape: redacted and decoded where that is asked for, counted, written. Throws when the disk fails. */
export class Intake {
  readonly tally = new Tally();
  readonly decoding: Decoding | undefined;
  /** Records written so far, and those of them that decoding added. */
  records = 0;
  outputs = 0;
  readonly #writer: TapeWriter;
  readonly #notice: (notice: LinkNotice) => void;
  readonly #redaction: ArrivalRedaction | undefined;
  #lastInput: Nanos = ZERO;

  constructor(writer: TapeWriter, { decoding, redaction, notice = () => {} }: IntakeOptions) {
    this.#writer = writer;
    this.decoding = decoding;
    this.#redaction = redaction;
    this.#notice = notice;
  }

  /** When it next wants to hear that time has passed. */
  get deadline(): Nanos | undefined {
    const [one, other] = [this.decoding?.deadline, this.#redaction?.deadline];
    return one === undefined || other === undefined ? (one ?? other) : nanos(Math.min(one, other));
  }

  async take(batch: readonly Arrival[]): Promise<void> {
    await this.#take(this.#redaction === undefined ? batch : await this.#redaction.take(batch));
  }

  async #take(batch: readonly Arrival[]): Promise<void> {
    if (this.decoding === undefined) for (const arrival of batch) this.#write(arrival);
    else for (const arrival of batch) await this.#decode(arrival, this.decoding);
  }

  /** Time has passed, and nothing more will come that is not later than `until`: what has fallen due is said. */
  async elapse(until: Nanos): Promise<void> {
    if (this.#redaction !== undefined) await this.#take(await this.#redaction.elapse(until));
    const heldFrom = this.#redaction?.heldFrom ?? Number.POSITIVE_INFINITY;
    const known = nanos(Math.max(0, Math.min(until, heldFrom - 1)));
    if (this.decoding !== undefined) this.#say(await this.decoding.elapse(known));
  }

  /** Says what is unfinished at `now` and answers with the tape's end, which is where a replay of it will end. */
  async end(now: Nanos): Promise<Nanos> {
    if (this.#redaction !== undefined) await this.#take(await this.#redaction.end(now));
    if (this.decoding === undefined) return now;
    const at = nanos(Math.max(now, plus(this.#lastInput, DRAIN)));
    this.#say(await this.decoding.end(at));
    return at;
  }

  #write(arrival: Arrival): void {
    this.#writer.write(arrival);
    if (arrival.type === "link") this.#noticeLink(arrival);
    this.tally.take(arrival);
    this.records += 1;
  }

  #noticeLink({ channel, event, dir, reason }: ArrivedLink): void {
    const known = this.tally.channel(channel);
    if (known === undefined) return;
    const { name, source, link } = known;
    const wasOpen = link === "open" || link === "half-close";
    this.#notice({ event, wasOpen, name, source, ...(dir && { dir }), ...(reason === undefined ? {} : { reason }) });
  }

  async #decode(arrival: Arrival, decoding: Decoding): Promise<void> {
    const { before, behind } = await decoding.take(arrival);
    this.#say(before);
    this.#write(arrival);
    this.#say(behind);
    this.#lastInput = arrival.at;
  }

  #say(outputs: readonly OutputRecord[]): void {
    try {
      for (const output of outputs) {
        this.#writer.write(output);
        this.outputs += 1;
        this.records += 1;
      }
    } catch (thrown) {
      // What does not fit into a line is the decoder's fault, not the disk's.
      if (!(thrown instanceof FieldtapeError) || thrown.code !== "LIMIT_EXCEEDED") throw thrown;
      this.decoding?.giveUp(thrown);
    }
  }
}
